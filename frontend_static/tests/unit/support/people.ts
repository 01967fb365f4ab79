import { session, type ViewerData } from '../../../src/app/session.svelte';

const grants = {
	owner: ['ACCEPT_OFFER', 'BOOK_UNIT', 'INVITE_PEOPLE', 'PAY_INVOICE', 'PUT_OUT_OF_ORDER', 'RENT_UNIT', 'SEE_MONEY'],
	member: ['BOOK_UNIT'],
	manager: [
		'BOOK_UNIT',
		'CHECK_IN',
		'IMPORT_DATA',
		'INVITE_PEOPLE',
		'MAKE_OFFER',
		'MANAGE_DEALS',
		'MANAGE_PROGRAMMES',
		'MANAGE_SPACE',
		'MANAGE_WORK',
		'OVERRIDE_BOOKING_RULES',
		'PUT_OUT_OF_ORDER',
		'RUN_BILLING',
		'SECOND_PEOPLE',
		'SEE_AUDIT_TRAIL',
		'SEE_MONEY',
		'SEE_PORTFOLIO',
	],
	finance: ['MANAGE_WORK', 'RECORD_PAYMENT', 'RUN_BILLING', 'SEE_MONEY'],
	mentor: ['LOG_TIME'],
	scout: [],
	reviewer: [],
} as const;

const standing = {
	owner: { kind: 'STARTUP', role: 'OWNER' },
	member: { kind: 'STARTUP', role: 'MEMBER' },
	manager: { kind: 'OPERATOR', role: 'MANAGER' },
	finance: { kind: 'OPERATOR', role: 'FINANCE' },
	mentor: { kind: 'CORPORATE', role: 'MENTOR' },
	scout: { kind: 'CORPORATE', role: 'SCOUT' },
	reviewer: { kind: 'OPERATOR', role: 'REVIEWER' },
} as const;

export type Who = keyof typeof standing;

export function viewerAs(who: Who): ViewerData {
	const { kind, role } = standing[who];
	const organization = { id: 'o1', name: 'Nivara Bio', localName: null, kind, country: 'DE', city: 'Hamburg' } as const;
	return {
		person: {
			id: 'p1',
			name: 'Lena Hartmann',
			email: 'lena@example.com',
			language: 'EN',
			timeZone: 'Europe/Berlin',
			version: 1,
		},
		organization,
		roles: [role],
		memberships: [{ organization, roles: [role], isCurrent: true }],
		permissions: [...grants[who]],
		unreadNotificationCount: 0,
		twoFactorEnabled: true,
		twoFactorRequired: false,
	};
}

/** Lets somebody of this role look at the screen. */
export function signInAs(who: Who): void {
	session.viewer = viewerAs(who);
	session.state = 'signedIn';
}
