import { type CsvCell, download, toCsv } from '../text/csv';

export interface Column<Row> {
	readonly key: string;
	readonly label: string;
	readonly align?: 'end';
	/** The server's name for ordering by this column, where it can. */
	readonly order?: string;
	/** The part of a list entry that the column becomes on a phone. */
	readonly phone?: 'title' | 'aside' | 'meta' | 'hidden';
	/** What an export writes; a column without it is left out. */
	readonly csv?: (row: Row) => CsvCell;
}

/** A last row: sums, by column. */
export interface TotalRow {
	readonly key: string;
	readonly label: string;
	readonly cells: Readonly<Record<string, string>>;
}

/** Downloads rows as a spreadsheet under the columns' names. */
export function exportRows<Row>(fileName: string, columns: readonly Column<Row>[], rows: readonly Row[]): void {
	const written = columns.filter((column) => column.csv);
	download(
		fileName,
		toCsv(
			written.map((column) => column.label),
			rows.map((row) => written.map((column) => column.csv?.(row) ?? null)),
		),
	);
}
