import type { TextKey } from '../lib/i18n/keys';
import type { IconName } from '../lib/ui/Icon.svelte';
import type { Access } from './access';

export interface Place {
	readonly href: string;
	readonly label: TextKey;
	readonly icon: IconName;
	readonly visible: (access: Access) => boolean;
}

export interface PlaceGroup {
	readonly label: TextKey | null;
	readonly places: readonly Place[];
}

const isOperator = (access: Access) => access.kind === 'operator';

/** Every place of the client, in the order of the side navigation. */
const groups: readonly PlaceGroup[] = [
	{
		label: null,
		places: [
			{ href: '/', label: 'app:place.home', icon: 'home', visible: () => true },
			{
				href: '/portfolio',
				label: 'app:place.portfolio',
				icon: 'portfolio',
				visible: (access) => access.may('SEE_PORTFOLIO'),
			},
			{
				href: '/time',
				label: 'app:place.time',
				icon: 'clock',
				visible: (access) => access.may('LOG_TIME') && access.home !== 'mentor',
			},
			{ href: '/space', label: 'app:place.space', icon: 'space', visible: (access) => access.kind === 'startup' },
			{
				href: '/bookings',
				label: 'app:place.bookings',
				icon: 'calendar',
				visible: (access) => access.may('BOOK_UNIT') || access.kind === 'operator',
			},
			{
				href: '/qualifications',
				label: 'app:place.qualifications',
				icon: 'shield',
				visible: (access) => access.kind !== 'operator',
			},
		],
	},
	{
		label: 'app:group.residents',
		places: [
			{
				href: '/applications',
				label: 'app:place.applications',
				icon: 'inbox',
				visible: (access) => access.may('MANAGE_PROGRAMMES'),
			},
			{ href: '/calls', label: 'app:place.calls', icon: 'call', visible: isOperator },
			{
				href: '/residencies',
				label: 'app:place.residencies',
				icon: 'residency',
				visible: (access) => access.may('SEE_PORTFOLIO'),
			},
			{
				href: '/rentals',
				label: 'app:place.rentals',
				icon: 'file',
				visible: (access) => access.kind === 'operator' && (access.may('CHECK_IN') || access.may('SEE_PORTFOLIO')),
			},
			{ href: '/badges', label: 'app:place.badges', icon: 'key', visible: (access) => access.may('CHECK_IN') },
			{
				href: '/units',
				label: 'app:place.units',
				icon: 'space',
				visible: (access) => access.may('MANAGE_SPACE') || (access.kind === 'other' && access.may('KEEP_OWN_UNITS')),
			},
			{
				href: '/places',
				label: 'app:place.places',
				icon: 'space',
				visible: (access) => access.may('MANAGE_SPACE'),
			},
			{
				href: '/machine-hours',
				label: 'app:place.machineHours',
				icon: 'clock',
				visible: (access) => access.may('SEE_PORTFOLIO'),
			},
			{
				href: '/trainings',
				label: 'app:place.trainings',
				icon: 'shield',
				visible: (access) => access.may('CHECK_IN') || access.may('SEE_AUDIT_TRAIL'),
			},
			{
				href: '/usage-problems',
				label: 'app:place.usageProblems',
				icon: 'alert',
				visible: (access) => access.may('CHECK_IN'),
			},
		],
	},
	{
		label: 'app:group.partners',
		places: [
			{ href: '/deals', label: 'app:place.deals', icon: 'deal', visible: (access) => access.seesDeals },
			{
				href: '/secondments',
				label: 'app:place.secondments',
				icon: 'secondment',
				visible: (access) => access.seesSecondments,
			},
		],
	},
	{
		label: 'app:group.money',
		places: [
			{
				href: '/billing',
				label: 'app:place.billing',
				icon: 'billing',
				visible: (access) => access.may('RUN_BILLING') && access.home !== 'finance',
			},
			{ href: '/invoices', label: 'app:place.invoices', icon: 'invoice', visible: (access) => access.may('SEE_MONEY') },
			{ href: '/accounts', label: 'app:place.accounts', icon: 'list', visible: (access) => access.may('SEE_MONEY') },
			{
				href: '/contracts',
				label: 'app:place.contracts',
				icon: 'file',
				visible: (access) => access.may('SEE_MONEY') && access.kind === 'operator',
			},
			{
				href: '/contracts',
				label: 'app:place.ownContracts',
				icon: 'file',
				visible: (access) => access.may('SEE_MONEY') && access.kind !== 'operator',
			},
			{
				href: '/charges',
				label: 'app:place.charges',
				icon: 'list',
				visible: (access) => access.may('SEE_MONEY') && access.kind === 'operator',
			},
			{
				href: '/plans',
				label: 'app:place.plans',
				icon: 'list',
				visible: (access) => access.kind === 'operator' && (access.may('MANAGE_PROGRAMMES') || access.may('SEE_MONEY')),
			},
			{
				href: '/price-indexes',
				label: 'app:place.priceIndexes',
				icon: 'portfolio',
				visible: (access) => access.may('SEE_MONEY') && access.kind === 'operator',
			},
			{
				href: '/billing-details',
				label: 'app:place.billingDetails',
				icon: 'file',
				visible: (access) => access.may('PAY_INVOICE'),
			},
			{
				href: '/tax-settings',
				label: 'app:place.taxSettings',
				icon: 'billing',
				visible: (access) => access.may('SEE_MONEY') && access.kind === 'operator',
			},
			{
				href: '/owner-statements',
				label: 'app:place.ownerStatements',
				icon: 'portfolio',
				visible: (access) => access.seesStatements,
			},
		],
	},
	{
		label: 'app:group.organization',
		places: [
			{ href: '/people', label: 'app:place.people', icon: 'people', visible: () => true },
			{ href: '/imports', label: 'app:place.imports', icon: 'upload', visible: (access) => access.may('IMPORT_DATA') },
			{ href: '/audit', label: 'app:place.audit', icon: 'audit', visible: (access) => access.may('SEE_AUDIT_TRAIL') },
		],
	},
];

/** The places that these roles open, without groups that would be empty. */
export function placesFor(access: Access): readonly PlaceGroup[] {
	return groups
		.map((group) => ({ ...group, places: group.places.filter((place) => place.visible(access)) }))
		.filter((group) => group.places.length > 0);
}

const tabs: Readonly<Record<Access['home'], readonly string[]>> = {
	startup: ['/', '/bookings', '/invoices', '/space'],
	manager: ['/', '/applications', '/bookings', '/billing'],
	finance: ['/', '/invoices', '/people'],
	mentor: ['/', '/people'],
	corporate: ['/', '/deals', '/secondments', '/invoices'],
	plain: ['/', '/bookings', '/badges', '/people'],
};

/** The few places in reach of the thumb; all others are behind "More". */
export function tabsFor(access: Access): readonly Place[] {
	const visible = placesFor(access).flatMap((group) => group.places);
	return tabs[access.home].flatMap((href) => visible.find((place) => place.href === href) ?? []);
}

export const isCurrent = (place: Place, path: string): boolean =>
	place.href === '/' ? path === '/' : path === place.href || path.startsWith(`${place.href}/`);
