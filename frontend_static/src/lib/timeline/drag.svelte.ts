import { type Segment, stepMinutes } from './segments';

interface Dragged {
	readonly rowId: string;
	readonly segment: Segment;
	readonly anchor: number;
	readonly head: number;
}

/** Choosing a span inside a free segment with the pointer; a plain press and the keyboard do the same in the form. */
export class RangeDrag {
	#dragged = $state.raw<Dragged | null>(null);
	/** A press that chose a span ends in a click as well, which then must not count. */
	#justChose = false;

	get span(): { readonly rowId: string; readonly from: number; readonly to: number } | null {
		if (!this.#dragged) return null;
		const { rowId, anchor, head } = this.#dragged;
		return { rowId, from: Math.min(anchor, head), to: Math.max(anchor, head) };
	}

	begin(event: PointerEvent, rowId: string, segment: Segment): void {
		// A finger scrolls the timeline; it books by a tap.
		if (event.pointerType === 'touch' || event.button !== 0) return;
		const element = event.currentTarget as HTMLElement;
		element.setPointerCapture(event.pointerId);
		const anchor = minuteUnder(event, segment);
		this.#dragged = { rowId, segment, anchor, head: anchor };
	}

	move(event: PointerEvent): void {
		if (!this.#dragged) return;
		this.#dragged = { ...this.#dragged, head: minuteUnder(event, this.#dragged.segment) };
	}

	/** Ends the choice; null when nothing of at least one step was chosen. */
	end(): { readonly rowId: string; readonly from: number; readonly to: number } | null {
		const span = this.span;
		this.#dragged = null;
		if (!span || span.to - span.from < stepMinutes) return null;
		this.#justChose = true;
		return span;
	}

	cancel(): void {
		this.#dragged = null;
	}

	/** True once after a choice, for the click that follows it. */
	swallowsClick(): boolean {
		const swallow = this.#justChose;
		this.#justChose = false;
		return swallow;
	}
}

function minuteUnder(event: PointerEvent, { from, to }: Segment): number {
	const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
	const share = (event.clientX - box.left) / box.width;
	const minute = from + Math.round((share * (to - from)) / stepMinutes) * stepMinutes;
	return Math.max(from, Math.min(to, minute));
}
