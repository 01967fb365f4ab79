import type { MinuteSpan } from '../time/openingHours';

/** Something that holds a row for a span of the day, in wall-clock minutes of the site. */
export interface Held extends MinuteSpan {
	readonly id: string;
	readonly rowId: string;
}

/** A piece of a row's day: held by something, free to book, over already, or outside the opening hours. */
export interface Segment extends MinuteSpan {
	readonly key: string;
	readonly kind: 'held' | 'free' | 'past' | 'closed';
	/** What holds it. */
	readonly id: string | null;
}

export interface TimelineRow {
	readonly id: string;
	readonly name: string;
	readonly detail: string;
	readonly segments: readonly Segment[];
}

export const stepMinutes = 15;

/**
 * Cuts a row's day into segments that follow each other without gaps from the window's start to its end.
 *
 * `held` may be in any order and reach beyond the window; before `bookableFrom` what is free is past.
 */
export function segmentsOf(
	held: readonly Held[],
	open: readonly MinuteSpan[],
	window: MinuteSpan,
	bookableFrom: number,
): Segment[] {
	const segments: Segment[] = [];
	let at = window.from;
	const inOrder = held
		.filter(({ from, to }) => to > window.from && from < window.to)
		.toSorted((a, b) => a.from - b.from);
	for (const item of inOrder) {
		const from = Math.max(item.from, at);
		const to = Math.min(item.to, window.to);
		if (to <= from) continue;
		segments.push(...unheld({ from: at, to: from }, open, bookableFrom));
		segments.push({ key: item.id, kind: 'held', from, to, id: item.id });
		at = to;
	}
	segments.push(...unheld({ from: at, to: window.to }, open, bookableFrom));
	return segments;
}

function unheld(span: MinuteSpan, open: readonly MinuteSpan[], bookableFrom: number): Segment[] {
	const edges = new Set([span.from, span.to, bookableFrom, ...open.flatMap(({ from, to }) => [from, to])]);
	const cuts = [...edges].filter((edge) => edge >= span.from && edge <= span.to).sort((a, b) => a - b);
	const segments: Segment[] = [];
	for (let index = 0; index + 1 < cuts.length; index += 1) {
		const from = cuts[index] ?? 0;
		const to = cuts[index + 1] ?? 0;
		const isOpen = open.some((hours) => from >= hours.from && to <= hours.to);
		const kind = isOpen ? (to <= bookableFrom ? 'past' : 'free') : 'closed';
		const last = segments.at(-1);
		if (last && last.kind === kind) segments[segments.length - 1] = { ...last, to };
		else segments.push({ key: `${kind}-${from}`, kind, from, to, id: null });
	}
	return segments;
}

/** The hours to show: from the earliest opening to the latest closing, wide enough for all that is held. */
export function windowOf(open: readonly MinuteSpan[], held: readonly MinuteSpan[]): MinuteSpan {
	const spans = [...open, ...held];
	if (spans.length === 0) return { from: 8 * 60, to: 18 * 60 };
	const from = Math.max(0, Math.min(...spans.map((span) => span.from)));
	const to = Math.min(24 * 60, Math.max(...spans.map((span) => span.to)));
	return { from: Math.floor(from / 60) * 60, to: Math.ceil(to / 60) * 60 };
}

export function segmentAt(row: TimelineRow, minute: number): Segment | undefined {
	return row.segments.find(({ from, to }) => minute >= from && minute < to) ?? row.segments.at(-1);
}
