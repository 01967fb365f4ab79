import type { QualificationsQuery, TrainingKind, TrainingSessionsQuery } from '../../gql/schema';
import { t } from '../../lib/i18n/i18n.svelte';
import { addDays, type Day, dayOf, formatDay, formatTimeOfDay } from '../../lib/time/dates';
import type { Tone } from '../../lib/ui/Pill.svelte';

export type Qualification = QualificationsQuery['qualifications']['nodes'][number];
export type Session = TrainingSessionsQuery['trainingSessions']['nodes'][number];

export const trainingKinds = [
	'TRAINING',
	'BIOSAFETY_APPROVAL',
	'SAFETY_BRIEFING',
] as const satisfies readonly TrainingKind[];

interface Ending {
	readonly state: 'HELD' | 'SUSPENDED' | 'REVOKED';
	readonly endsOn: Day | null;
}

/** How a qualification stands on a day, as a pill; `soonDays` before its last day it ends soon. */
export function standing({ state, endsOn }: Ending, today: Day, soonDays = 30): { tone: Tone; text: string } {
	if (state !== 'HELD') return { tone: 'bad', text: t(`trainings:state.${state}`) };
	if (endsOn !== null && endsOn < today) return { tone: 'bad', text: t('trainings:state.ended') };
	if (endsOn !== null && endsOn <= addDays(today, soonDays)) return { tone: 'warn', text: t('trainings:state.soon') };
	return { tone: 'good', text: t('trainings:state.valid') };
}

/** The name of a level that is counted from 1. */
export const levelName = (levels: readonly string[], level: number): string => levels[level - 1] ?? String(level);

/** "Tue 1 Dec, 14:00 – 16:00", on the clock of the session's site. */
export function timeOf({ startsAt, endsAt, site }: Pick<Session, 'startsAt' | 'endsAt' | 'site'>): string {
	const zone = site.timeZone;
	const day = formatDay(dayOf(startsAt, zone), 'weekday');
	const range = t('app:range', { from: formatTimeOfDay(startsAt, zone), to: formatTimeOfDay(endsAt, zone) });
	return `${day}, ${range}`;
}

/** Where a session is: its unit, its place in words, or both. */
export const placeOf = ({ unit, place }: Pick<Session, 'unit' | 'place'>): string =>
	[unit?.name, place].filter(Boolean).join(', ');
