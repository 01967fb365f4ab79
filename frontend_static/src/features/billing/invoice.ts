import type { InvoiceDetailsQuery } from '../../gql/schema';

export type Invoice = Extract<NonNullable<InvoiceDetailsQuery['node']>, { __typename: 'Invoice' }>;

/** One dated thing that happened, or will happen, to an invoice. */
export interface TrailEntry {
	readonly kind: 'issued' | 'paid' | 'due' | 'overdue' | 'settled';
	/** A calendar day of the seller, or an instant. */
	readonly day?: string;
	readonly instant?: string;
	readonly paymentId?: string;
}

/** What happened to an invoice in the order of its happening, and then what is to come. */
export function trailOf(invoice: Pick<Invoice, 'issuedOn' | 'dueOn' | 'paymentState' | 'payments'>): TrailEntry[] {
	const entries: TrailEntry[] = [];
	if (invoice.issuedOn) entries.push({ kind: 'issued', day: invoice.issuedOn });
	if (invoice.paymentState === 'OVERDUE' && invoice.dueOn) entries.push({ kind: 'overdue', day: invoice.dueOn });
	for (const payment of invoice.payments) {
		entries.push({ kind: 'paid', instant: payment.receivedAt, paymentId: payment.id });
	}
	const when = (entry: TrailEntry) => entry.instant ?? `${entry.day}T00:00:00Z`;
	entries.sort((a, b) => when(a).localeCompare(when(b)));
	if (invoice.paymentState === 'PAID') entries.push({ kind: 'settled' });
	else if (invoice.paymentState !== 'OVERDUE' && invoice.dueOn) entries.push({ kind: 'due', day: invoice.dueOn });
	return entries;
}
