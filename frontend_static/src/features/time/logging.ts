import { LogTime } from '../../gql/LogTime';
import { RemoveTimeLog } from '../../gql/RemoveTimeLog';
import type { TimeLogsQuery } from '../../gql/schema';
import { mutate, newKey } from '../../lib/gql/mutate';
import { t } from '../../lib/i18n/i18n.svelte';
import { formatMinutes } from '../../lib/time/durations';
import { tell } from '../../lib/ui/tell';
import { toasts } from '../../lib/ui/toasts.svelte';

export type TimeLog = TimeLogsQuery['timeLogs']['nodes'][number];

export const categories = ['work', 'meeting', 'travel', 'training', 'other'] as const;

/** What a category is called in the reader's language; one that the client does not know is shown as it is. */
export function categoryName(category: string): string {
	const known = categories.find((name) => name === category);
	return known ? t(`time:category.${known}`) : category;
}

/** Logs again what was removed; a new entry with the same content. */
async function restore(log: TimeLog): Promise<void> {
	const input = {
		secondmentId: log.secondment.id,
		workedOn: log.workedOn,
		minutes: log.minutes,
		category: log.category,
		note: log.note,
		clientKey: newKey(),
	};
	tell(await mutate(LogTime, { input }, ['TimeLog', 'Secondment']), null);
}

/** Removes an entry at once and offers to undo it. */
export async function remove(log: TimeLog): Promise<void> {
	const input = { timeLogId: log.id, expectedVersion: log.version };
	const outcome = await mutate(RemoveTimeLog, { input }, ['TimeLog', 'Secondment']);
	if (!tell(outcome, null)) return;
	toasts.show(t('time:removed', { duration: formatMinutes(log.minutes), host: log.secondment.host.name }), {
		tone: 'neutral',
		action: { label: t('app:action.undo'), run: () => void restore(log) },
	});
}
