import type { DealStage, DealsQuery } from '../../gql/schema';

export type Deal = DealsQuery['deals']['nodes'][number];

/** The stages in the order in which a deal passes through them; lost stands last. */
export const stages: readonly DealStage[] = [
	'INTRODUCTION',
	'NDA',
	'SCOPING',
	'NEGOTIATION',
	'SIGNED',
	'RUNNING',
	'COMPLETED',
	'FOLLOW_ON',
	'LOST',
];
