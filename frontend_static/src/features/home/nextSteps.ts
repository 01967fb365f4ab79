import type { StartupHomeQuery } from '../../gql/schema';
import { t } from '../../lib/i18n/i18n.svelte';
import { formatMoney, sumByCurrency } from '../../lib/money/money';
import { formatDay } from '../../lib/time/dates';
import type { IconName } from '../../lib/ui/Icon.svelte';

/** One thing that waits for this person, with the way to do it. */
export interface NextStep {
	readonly key: string;
	readonly icon: IconName;
	readonly tone: 'accent' | 'bad' | 'neutral';
	readonly title: string;
	readonly text: string;
	readonly href: string;
	readonly action: string;
}

/** What to do next, most pressing first: offers to accept, late money, then what makes the space work. */
export function nextStepsFor(data: StartupHomeQuery, person: { readonly twoFactorEnabled: boolean }): NextStep[] {
	const steps: NextStep[] = (data.offers?.nodes ?? []).map((offer) => ({
		key: offer.id,
		icon: 'residency',
		tone: 'accent',
		title: t('home:step.offer', { site: offer.site.name }),
		text: t('home:step.offerText', { unit: offer.unit.name, plan: offer.plan.name, day: formatDay(offer.expiresOn) }),
		href: `/offers/${offer.id}`,
		action: t('home:step.offerAction'),
	}));
	const overdue = data.overdue?.nodes ?? [];
	if (overdue.length > 0) {
		const sum = sumByCurrency(overdue.map(({ outstanding }) => outstanding)).map((money) => formatMoney(money));
		steps.push({
			key: 'overdue',
			icon: 'alert',
			tone: 'bad',
			title: t('home:step.overdue', { count: data.overdue?.totalCount ?? overdue.length }),
			text: t('home:step.overdueText', { amount: sum.join(' + ') }),
			href: overdue.length === 1 && overdue[0] ? `/invoices/${overdue[0].id}` : '/invoices?state=OVERDUE',
			action: t('home:step.overdueAction'),
		});
	}
	if (data.residencies.totalCount === 0 && steps.length === 0) {
		steps.push({
			key: 'apply',
			icon: 'call',
			tone: 'accent',
			title: t('home:step.apply'),
			text: t('home:step.applyText'),
			href: '/calls',
			action: t('home:step.applyAction'),
		});
	}
	if (data.people && data.people.totalCount < 2) {
		steps.push({
			key: 'invite',
			icon: 'people',
			tone: 'neutral',
			title: t('home:step.invite'),
			text: t('home:step.inviteText'),
			href: '/people?new=1',
			action: t('home:step.inviteAction'),
		});
	}
	if (data.residencies.totalCount > 0 && data.bookings.totalCount === 0) {
		steps.push({
			key: 'book',
			icon: 'calendar',
			tone: 'neutral',
			title: t('home:step.book'),
			text: t('home:step.bookText'),
			href: '/bookings',
			action: t('home:step.bookAction'),
		});
	}
	if (!person.twoFactorEnabled) {
		steps.push({
			key: 'twoFactor',
			icon: 'shield',
			tone: 'neutral',
			title: t('home:step.twoFactor'),
			text: t('home:step.twoFactorText'),
			href: '/settings?tab=security',
			action: t('home:step.twoFactorAction'),
		});
	}
	return steps;
}
