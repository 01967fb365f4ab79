import type { InvoiceDetailsQuery } from '../../gql/schema';
import { locale } from '../../lib/i18n/i18n.svelte';
import type { Money } from '../../lib/money/money';

export type Invoice = Extract<NonNullable<InvoiceDetailsQuery['node']>, { __typename: 'Invoice' }>;

/** One dated thing that happened, or will happen, to an invoice. */
export interface TrailEntry {
	readonly kind: 'issued' | 'paid' | 'credited' | 'due' | 'overdue' | 'settled' | 'voided';
	/** A calendar day of the seller, or an instant. */
	readonly day?: string;
	readonly instant?: string;
	readonly paymentId?: string;
	readonly creditNoteId?: string;
}

/** What of a line was not credited yet. */
export const leftOf = ({ amount, credited }: Pick<Invoice['lines'][number], 'amount' | 'credited'>): Money => ({
	amountMinor: amount.amountMinor - credited.amountMinor,
	currency: amount.currency,
});

/** What happened to an invoice in the order of its happening, and then what is to come. */
export function trailOf(
	invoice: Pick<Invoice, 'kind' | 'state' | 'issuedOn' | 'dueOn' | 'paymentState' | 'payments' | 'creditNotes'>,
): TrailEntry[] {
	const entries: TrailEntry[] = [];
	if (invoice.issuedOn) entries.push({ kind: 'issued', day: invoice.issuedOn });
	if (invoice.paymentState === 'OVERDUE' && invoice.dueOn) entries.push({ kind: 'overdue', day: invoice.dueOn });
	for (const payment of invoice.payments) {
		entries.push({ kind: 'paid', instant: payment.receivedAt, paymentId: payment.id });
	}
	for (const note of invoice.creditNotes) {
		if (note.issuedOn) entries.push({ kind: 'credited', day: note.issuedOn, creditNoteId: note.id });
	}
	const when = (entry: TrailEntry) => entry.instant ?? `${entry.day}T00:00:00Z`;
	entries.sort((a, b) => when(a).localeCompare(when(b)));
	if (invoice.kind === 'CREDIT_NOTE') return entries;
	if (invoice.state === 'VOID') entries.push({ kind: 'voided' });
	else if (invoice.paymentState === 'CREDITED') return entries;
	else if (invoice.paymentState === 'PAID') entries.push({ kind: 'settled' });
	else if (invoice.paymentState !== 'OVERDUE' && invoice.dueOn) entries.push({ kind: 'due', day: invoice.dueOn });
	return entries;
}

/** What a file is called when it is saved: `DE01-2026-00042.xrechnung.xml`. */
export function fileName(invoice: Pick<Invoice, 'number'>, document: Invoice['documents'][number]): string {
	return document.url.replace(/^.*?\./, `${invoice.number ?? 'invoice'}.`);
}

/** A size in whole kilobytes, at least one. */
export function kilobytes(size: number, formats = locale.formats): string {
	const format = new Intl.NumberFormat(formats, { style: 'unit', unit: 'kilobyte', maximumFractionDigits: 0 });
	return format.format(Math.max(1, Math.round(size / 1024)));
}

/** The SHA-256 of a file in hexadecimal; the file itself stays with whoever has it. */
export async function sha256Of(file: Blob): Promise<string> {
	const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
	return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
