import type { MinuteSpan } from '../time/openingHours';
import { segmentAt, type TimelineRow } from './segments';

const rowsPerPage = 5;

/** Where the keyboard is in the timeline: one row and one minute, so that the timeline is a single tab stop. */
export class Roving {
	row = $state(0);
	minute = $state(0);
	readonly #rows: () => readonly TimelineRow[];
	readonly #window: () => MinuteSpan;

	constructor(rows: () => readonly TimelineRow[], window: () => MinuteSpan, startMinute: number) {
		this.#rows = rows;
		this.#window = window;
		this.minute = startMinute;
	}

	/** The address of the cell that has the tab stop. */
	get key(): string | null {
		const row = this.#rows()[Math.min(this.row, this.#rows().length - 1)];
		const segment = row && segmentAt(row, this.minute);
		return row && segment ? cellKey(row.id, segment.key) : null;
	}

	moveTo(row: number, minute: number): void {
		const { from, to } = this.#window();
		this.row = Math.max(0, Math.min(this.#rows().length - 1, row));
		this.minute = Math.max(from, Math.min(to - 1, minute));
	}

	/** Moves by a key press; false when the key is none of the timeline's. */
	press(event: KeyboardEvent): boolean {
		const current = this.#rows()[this.row];
		const segment = current && segmentAt(current, this.minute);
		if (!segment) return false;
		const { from, to } = this.#window();
		const last = this.#rows().length - 1;
		switch (event.key) {
			case 'ArrowDown':
				this.moveTo(this.row + 1, this.minute);
				return true;
			case 'ArrowUp':
				this.moveTo(this.row - 1, this.minute);
				return true;
			case 'ArrowRight':
				this.moveTo(this.row, segment.to);
				return true;
			case 'ArrowLeft':
				this.moveTo(this.row, segment.from - 1);
				return true;
			case 'PageDown':
				this.moveTo(this.row + rowsPerPage, this.minute);
				return true;
			case 'PageUp':
				this.moveTo(this.row - rowsPerPage, this.minute);
				return true;
			case 'Home':
				this.moveTo(event.ctrlKey ? 0 : this.row, from);
				return true;
			case 'End':
				this.moveTo(event.ctrlKey ? last : this.row, to - 1);
				return true;
			default:
				return false;
		}
	}
}

export const cellKey = (rowId: string, segmentKey: string): string => `${rowId}/${segmentKey}`;
