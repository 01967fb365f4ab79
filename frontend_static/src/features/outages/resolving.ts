import { ResolveOutage } from '../../gql/ResolveOutage';
import { mutate } from '../../lib/gql/mutate';
import { t } from '../../lib/i18n/i18n.svelte';
import { tell } from '../../lib/ui/tell';

/** Says that an outage is over: the unit can be booked again. */
export async function resolveOutage({ id, version }: { readonly id: string; readonly version: number }): Promise<void> {
	const outcome = await mutate(ResolveOutage, { input: { outageId: id, expectedVersion: version } }, [
		'Outage',
		'Unit',
		'Booking',
	]);
	tell<unknown>(outcome, t('outages:resolved'));
}
