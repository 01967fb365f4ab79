import type { InvoiceDetailsQuery } from '../../gql/schema';
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
