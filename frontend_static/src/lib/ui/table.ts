import type { Snippet } from 'svelte';
import { decimalOf, type Money } from '../money/money';
import { type CsvCell, download, toCsv } from '../text/csv';
import type { Day, Instant } from '../time/dates';
import type { Tone } from './Pill.svelte';

/** One column: its place, what stands in its cells, and what an export writes. */
export interface Column<Row> {
	readonly key: string;
	readonly label: string;
	readonly align?: 'end';
	/** Long words may take a second line before the table scrolls. */
	readonly wraps?: true;
	/** The server's name for ordering by this column, where it can. */
	readonly order?: string;
	/** The part of a list entry that the column becomes on a phone. */
	readonly phone?: 'title' | 'aside' | 'meta' | 'hidden';
	/** Has room in an export only. */
	readonly exportOnly?: true;

	// What a cell holds: the first of these that is given is drawn, and the first but `cell` is exported.
	/** Drawn by the page itself. */
	readonly cell?: Snippet<[Row]>;
	readonly money?: (row: Row) => Money | null;
	readonly day?: (row: Row) => Day | null;
	readonly instant?: (row: Row) => Instant | null;
	readonly pill?: (row: Row) => { readonly tone?: Tone; readonly text: string };
	readonly text?: (row: Row) => string | number;
	/** The text is the row's link, for the keyboard. */
	readonly link?: true;
	/** What an export writes, where that is not what the screen shows. */
	readonly csv?: (row: Row) => CsvCell;
}

/** A last row: sums, by column. */
export interface TotalRow {
	readonly key: string;
	readonly label: string;
	readonly cells: Readonly<Record<string, string>>;
}

/** Downloads rows as a spreadsheet under the columns' names; a column with nothing to write is left out. */
export function exportRows<Row>(fileName: string, columns: readonly Column<Row>[], rows: readonly Row[]): void {
	const written = columns.flatMap((column) => {
		const write = writerOf(column);
		return write ? [{ label: column.label, write }] : [];
	});
	download(
		fileName,
		toCsv(
			written.map(({ label }) => label),
			rows.map((row) => written.map(({ write }) => write(row))),
		),
	);
}

function writerOf<Row>({ csv, money, day, instant, pill, text }: Column<Row>): ((row: Row) => CsvCell) | undefined {
	if (csv) return csv;
	if (money) {
		return (row) => {
			const amount = money(row);
			return amount && decimalOf(amount);
		};
	}
	return day ?? instant ?? (pill ? (row) => pill(row).text : text);
}
