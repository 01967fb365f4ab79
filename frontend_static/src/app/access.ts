import type { Role } from '../gql/schema';
import type { ViewerData } from './session.svelte';

/** What the viewer's roles in the current organisation let the client offer; the server decides for good. */
export interface Access {
	readonly kind: 'operator' | 'startup' | 'corporate' | 'other';
	readonly home: 'startup' | 'manager' | 'mentor' | 'corporate' | 'plain';
	/** Sees invoices of the organisation, or of the grant. */
	readonly seesMoney: boolean;
	/** Accepts offers and invites people. */
	readonly decides: boolean;
	/** Pays invoices of the organisation. */
	readonly pays: boolean;
	readonly books: boolean;
	readonly seesPortfolio: boolean;
	readonly managesResidencies: boolean;
	readonly runsBilling: boolean;
	readonly seesDeals: boolean;
	readonly seesSecondments: boolean;
	readonly managesSecondments: boolean;
	readonly logsTime: boolean;
	readonly imports: boolean;
	readonly seesAudit: boolean;
	readonly usesTokens: boolean;
}

export function accessOf(viewer: ViewerData | null): Access {
	const has = (...roles: Role[]) => roles.some((role) => viewer?.roles.includes(role));
	const organizationKind = viewer?.organization?.kind;
	const kind =
		organizationKind === 'OPERATOR'
			? 'operator'
			: organizationKind === 'STARTUP'
				? 'startup'
				: organizationKind === 'CORPORATE'
					? 'corporate'
					: 'other';
	const operator = kind === 'operator';
	const manager = operator && has('MANAGER');
	const finance = operator && has('FINANCE');
	const auditor = operator && has('AUDITOR');
	const ownsOrPays = has('OWNER', 'BILLING_CONTACT', 'CORPORATE_ADMIN');
	return {
		kind,
		home: homeOf(kind, has),
		seesMoney: manager || finance || auditor || (!operator && ownsOrPays),
		decides: manager || (!operator && has('OWNER', 'CORPORATE_ADMIN')),
		pays: !operator && ownsOrPays,
		books: kind === 'startup' || (operator && has('MANAGER', 'FRONT_DESK')),
		seesPortfolio: manager || finance || auditor,
		managesResidencies: manager,
		runsBilling: finance || manager,
		seesDeals: manager || auditor || kind === 'startup' || (kind === 'corporate' && has('CORPORATE_ADMIN', 'SCOUT')),
		seesSecondments:
			manager || auditor || kind === 'startup' || (kind === 'corporate' && has('CORPORATE_ADMIN', 'SCOUT')),
		managesSecondments: manager,
		logsTime: has('MENTOR'),
		imports: manager,
		seesAudit: auditor || manager,
		usesTokens: operator,
	};
}

function homeOf(kind: Access['kind'], has: (...roles: Role[]) => boolean): Access['home'] {
	if (kind === 'operator') return has('MANAGER', 'FINANCE', 'AUDITOR') ? 'manager' : 'plain';
	if (kind === 'startup') return 'startup';
	if (kind === 'corporate' && has('CORPORATE_ADMIN', 'SCOUT', 'BILLING_CONTACT')) return 'corporate';
	return has('MENTOR') ? 'mentor' : 'plain';
}
