import { Utilization } from '../../gql/Utilization';
import { useQuery } from '../../lib/gql/query.svelte';
import { locale } from '../../lib/i18n/i18n.svelte';
import { firstOfMonth, todayIn } from '../../lib/time/dates';

interface Minutes {
	readonly openMinutes: number;
	readonly bookedMinutes: number;
	readonly letMinutes: number;
}

/** How much of the open time was booked or let, 0 to 1; a unit that never opened was not used. */
export const shareUsed = ({ openMinutes, bookedMinutes, letMinutes }: Minutes): number =>
	openMinutes === 0 ? 0 : Math.min(1, Math.max(bookedMinutes, letMinutes) / openMinutes);

/** How much each unit of a site is used this month until today; nothing is known while no site is chosen. */
export function useUtilization(siteOf: () => { readonly id: string; readonly timeZone: string } | undefined) {
	const asked = $derived.by(() => {
		const site = siteOf();
		if (!site) return null;
		const today = todayIn(site.timeZone);
		return { siteId: site.id, from: firstOfMonth(today), until: today };
	});
	const query = useQuery(Utilization, () => asked, { also: ['Booking', 'Rental'] });
	const byUnit = $derived(new Map(asked ? query.data?.utilization.map((unit) => [unit.unitId, unit]) : []));
	return {
		get known() {
			return byUnit.size > 0;
		},
		of(unitId: string): string {
			const unit = byUnit.get(unitId);
			if (!unit) return '';
			return new Intl.NumberFormat(locale.formats, { style: 'percent' }).format(shareUsed(unit));
		},
	};
}
