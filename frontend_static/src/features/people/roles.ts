import type { Access } from '../../app/access';
import type { Role } from '../../gql/schema';

const byKind = {
	startup: ['MEMBER', 'BILLING_CONTACT', 'OWNER'],
	corporate: ['MENTOR', 'SCOUT', 'BILLING_CONTACT', 'CORPORATE_ADMIN'],
	operator: ['FRONT_DESK', 'MANAGER', 'FINANCE', 'AUDITOR', 'REVIEWER', 'EXPERT'],
	other: ['REPRESENTATIVE'],
} as const satisfies Record<Access['kind'], readonly [Role, ...Role[]]>;

/** The roles that a person can have in an organisation of this kind, the most usual first. */
export const rolesOf = (kind: Access['kind']): readonly [Role, ...Role[]] => byKind[kind];
