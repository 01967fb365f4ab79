import { type Language, languages, locale, setLanguage, t } from '../lib/i18n/i18n.svelte';
import type { TextKey } from '../lib/i18n/keys';
import { router } from '../lib/routing/router.svelte';
import type { IconName } from '../lib/ui/Icon.svelte';
import type { Access } from './access';
import { organizationName } from './names';
import { switchOrganization } from './organizations';
import { placesFor } from './places';
import { session, type ViewerData } from './session.svelte';
import { theme, toggleTheme } from './theme.svelte';

export interface Command {
	readonly id: string;
	readonly group: string;
	readonly label: string;
	readonly detail?: string;
	/** Other words that people look for it by. */
	readonly alias?: string;
	readonly icon: IconName;
	readonly run: () => void;
}

interface Action {
	readonly href: string;
	readonly label: TextKey;
	readonly icon: IconName;
	readonly visible: (access: Access) => boolean;
}

/** The main things to do; each opens by an address, so that a link can start it too. */
const actions: readonly Action[] = [
	{
		href: '/bookings?new=1',
		label: 'app:command.book',
		icon: 'calendar',
		visible: (access) => access.may('BOOK_UNIT'),
	},
	{
		href: '/rentals?new=1',
		label: 'app:command.let',
		icon: 'space',
		visible: (access) => access.may('MANAGE_SPACE'),
	},
	{
		href: '/find-time',
		label: 'app:command.findTime',
		icon: 'search',
		visible: (access) => access.may('BOOK_UNIT'),
	},
	{ href: '/time', label: 'app:command.logTime', icon: 'clock', visible: (access) => access.may('LOG_TIME') },
	{
		href: '/people?new=1',
		label: 'app:command.invite',
		icon: 'people',
		visible: (access) => access.may('INVITE_PEOPLE'),
	},
	{
		href: '/calls?new=1',
		label: 'app:command.openCall',
		icon: 'call',
		visible: (access) => access.may('MANAGE_PROGRAMMES'),
	},
	{
		href: '/applications?state=SUBMITTED',
		label: 'app:command.review',
		icon: 'inbox',
		visible: (access) => access.may('MAKE_OFFER'),
	},
	{
		href: '/billing?new=1',
		label: 'app:command.bill',
		icon: 'billing',
		visible: (access) => access.may('RUN_BILLING'),
	},
	{
		href: '/invoices?state=OVERDUE',
		label: 'app:command.overdue',
		icon: 'invoice',
		visible: (access) => access.may('SEE_MONEY'),
	},
	{
		href: '/deals?new=1',
		label: 'app:command.openDeal',
		icon: 'deal',
		visible: (access) => access.may('MANAGE_DEALS'),
	},
	{
		href: '/secondments?new=1',
		label: 'app:command.second',
		icon: 'secondment',
		visible: (access) => access.may('SECOND_PEOPLE'),
	},
	{
		href: '/units?new=1',
		label: 'app:command.addUnit',
		icon: 'space',
		visible: (access) => access.may('MANAGE_SPACE'),
	},
	{ href: '/imports', label: 'app:command.import', icon: 'upload', visible: (access) => access.may('IMPORT_DATA') },
	{ href: '/settings?tab=security', label: 'app:command.twoFactor', icon: 'shield', visible: () => true },
	{
		href: '/settings?tab=tokens',
		label: 'app:command.token',
		icon: 'key',
		visible: (access) => access.kind === 'operator',
	},
	{ href: '/notifications', label: 'app:place.notifications', icon: 'bell', visible: () => true },
	{ href: '/settings', label: 'app:place.settings', icon: 'settings', visible: () => true },
];

export function commandsFor(viewer: ViewerData, access: Access): Command[] {
	const places = placesFor(access)
		.flatMap((group) => group.places)
		.map(
			(place): Command => ({
				id: `place-${place.href}`,
				group: t('app:palette.places'),
				label: t(place.label),
				icon: place.icon,
				run: () => router.go(place.href),
			}),
		);
	const doable = actions
		.filter((action) => action.visible(access))
		.map(
			(action): Command => ({
				id: `action-${action.href}`,
				group: t('app:palette.actions'),
				label: t(action.label),
				icon: action.icon,
				run: () => router.go(action.href),
			}),
		);
	const others = (Object.entries(languages) as [Language, string][])
		.filter(([code]) => code !== locale.current)
		.map(
			([code, name]): Command => ({
				id: `language-${code}`,
				group: t('app:palette.setup'),
				label: t('app:language.use', { language: name }),
				alias: code,
				icon: 'globe',
				run: () => void setLanguage(code),
			}),
		);
	const organizations = viewer.memberships
		.filter((membership) => !membership.isCurrent)
		.map(
			(membership): Command => ({
				id: `organization-${membership.organization.id}`,
				group: t('app:palette.setup'),
				label: t('app:organization.use', { name: organizationName(membership.organization, locale.current) ?? '' }),
				alias: membership.organization.name,
				icon: 'secondment',
				run: () => void switchOrganization(membership.organization.id),
			}),
		);
	const setup: Command[] = [
		...organizations,
		...others,
		{
			id: 'theme',
			group: t('app:palette.setup'),
			label: theme.current === 'dark' ? t('app:theme.light') : t('app:theme.dark'),
			icon: theme.current === 'dark' ? 'sun' : 'moon',
			run: toggleTheme,
		},
		{
			id: 'sign-out',
			group: t('app:palette.setup'),
			label: t('app:signOut'),
			icon: 'signOut',
			run: () => void session.signOut(),
		},
	];
	return [...doable, ...places, ...setup];
}

/** The commands whose name or group holds every word typed. */
export function matching(commands: readonly Command[], typed: string): Command[] {
	const words = typed.trim().toLowerCase().split(/\s+/).filter(Boolean);
	if (words.length === 0) return [...commands];
	return commands.filter((command) => {
		const text = `${command.label} ${command.group} ${command.alias ?? ''}`.toLowerCase();
		return words.every((word) => text.includes(word));
	});
}
