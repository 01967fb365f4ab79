import type { UnitKind } from '../../gql/schema';

export const unitKinds = [
	'DESK',
	'BENCH',
	'OFFICE',
	'LAB_SUITE',
	'MEETING_ROOM',
	'INSTRUMENT',
	'STORAGE',
	'ACCESSORY',
] as const satisfies readonly UnitKind[];
