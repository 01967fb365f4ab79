import type { BadgeKind, BadgeState } from '../../gql/schema';
import type { Tone } from '../../lib/ui/Pill.svelte';

export const badgeStates = ['IN', 'OUT', 'OVERDUE', 'LOST'] as const satisfies readonly BadgeState[];
export const badgeKinds = ['KEY', 'BADGE', 'CARD'] as const satisfies readonly BadgeKind[];

export const badgeTone: Readonly<Record<BadgeState, Tone>> = {
	IN: 'good',
	OUT: 'info',
	OVERDUE: 'bad',
	LOST: 'neutral',
};

export const isOut = (state: BadgeState): boolean => state === 'OUT' || state === 'OVERDUE';
