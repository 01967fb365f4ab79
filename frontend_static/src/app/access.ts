import type { ViewerData } from './session.svelte';

/** What the viewer may do, as the server names it. */
type Permission =
	| 'ACCEPT_OFFER'
	| 'BOOK_UNIT'
	| 'CHECK_IN'
	| 'IMPORT_DATA'
	| 'INVITE_PEOPLE'
	| 'KEEP_OWN_UNITS'
	| 'LOG_TIME'
	| 'MAKE_OFFER'
	| 'MANAGE_DEALS'
	| 'MANAGE_PROGRAMMES'
	| 'MANAGE_SPACE'
	| 'MANAGE_WORK'
	| 'OVERRIDE_BOOKING_RULES'
	| 'PAY_INVOICE'
	| 'RECORD_PAYMENT'
	| 'RENT_UNIT'
	| 'PUT_OUT_OF_ORDER'
	| 'RUN_BILLING'
	| 'SECOND_PEOPLE'
	| 'SEE_AUDIT_TRAIL'
	| 'SEE_MONEY'
	| 'SEE_PORTFOLIO';

/** What the client offers to the viewer in the current organisation; the server decides for good. */
export interface Access {
	readonly kind: 'operator' | 'startup' | 'corporate' | 'other';
	readonly home: 'startup' | 'manager' | 'finance' | 'mentor' | 'corporate' | 'plain';
	readonly may: (permission: Permission) => boolean;
	readonly seesDeals: boolean;
	readonly seesSecondments: boolean;
	/** Whether there may be units whose takings are shared: its own, or those of others at its sites. */
	readonly seesStatements: boolean;
}

export function accessOf(viewer: ViewerData | null): Access {
	const may = (permission: Permission) => viewer?.permissions.includes(permission) ?? false;
	const kind = kindOf(viewer);
	const scouts =
		kind === 'corporate' && (viewer?.roles.some((role) => role === 'CORPORATE_ADMIN' || role === 'SCOUT') ?? false);
	return {
		kind,
		home: homeOf(kind, may, scouts),
		may,
		seesDeals: kind === 'startup' || scouts || may('SEE_PORTFOLIO'),
		seesSecondments: kind === 'startup' || scouts || may('SEE_PORTFOLIO'),
		seesStatements: may('SEE_MONEY') && (kind === 'operator' || kind === 'other'),
	};
}

function kindOf(viewer: ViewerData | null): Access['kind'] {
	switch (viewer?.organization?.kind) {
		case 'OPERATOR':
			return 'operator';
		case 'STARTUP':
			return 'startup';
		case 'CORPORATE':
			return 'corporate';
		default:
			return 'other';
	}
}

function homeOf(kind: Access['kind'], may: Access['may'], scouts: boolean): Access['home'] {
	if (may('SEE_PORTFOLIO')) return 'manager';
	if (may('RUN_BILLING')) return 'finance';
	if (kind === 'startup') return 'startup';
	if (scouts) return 'corporate';
	return may('LOG_TIME') ? 'mentor' : 'plain';
}
