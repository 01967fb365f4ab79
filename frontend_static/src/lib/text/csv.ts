/** One cell: text, an exact number as text, or nothing. */
export type CsvCell = string | number | null;

/**
 * Writes rows as CSV that spreadsheets open rightly: with a byte order mark for the encoding, and with cells that a
 * spreadsheet would run as a formula made harmless by a leading apostrophe.
 */
export function toCsv(header: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
	const lines = [header, ...rows].map((cells) => cells.map(cellText).join(','));
	return `\ufeff${lines.join('\r\n')}\r\n`;
}

function cellText(cell: CsvCell): string {
	if (cell === null) return '';
	if (typeof cell === 'number') return String(cell);
	const isNumber = /^-?\d+(\.\d+)?$/.test(cell);
	const safe = !isNumber && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
	return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Hands a text to the browser as a file to keep. */
export function download(fileName: string, text: string, type = 'text/csv;charset=utf-8'): void {
	const url = URL.createObjectURL(new Blob([text], { type }));
	const link = document.createElement('a');
	link.href = url;
	link.download = fileName;
	link.click();
	setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
