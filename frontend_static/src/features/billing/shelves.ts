import type { InvoicesQueryVariables } from '../../gql/schema';

/** The parts of the list of invoices, each with an address of its own: `?state=…`. */
export const shelves = ['ALL', 'DRAFT', 'OUTSTANDING', 'OVERDUE', 'PAID', 'CREDITED'] as const;
export type Shelf = (typeof shelves)[number];

type Narrowing = Pick<InvoicesQueryVariables, 'state' | 'paymentState' | 'isOutstanding'>;

/** What the server is asked for, to see one part of the list. */
export const narrowing: Readonly<Record<Shelf, Narrowing>> = {
	ALL: {},
	DRAFT: { state: 'DRAFT' },
	OUTSTANDING: { isOutstanding: true },
	OVERDUE: { paymentState: 'OVERDUE' },
	PAID: { paymentState: 'PAID' },
	CREDITED: { paymentState: 'CREDITED' },
};

/** The part that an address names; what it names otherwise is "all". */
export const shelfOf = (state: string | null): Shelf => shelves.find((shelf) => shelf === state) ?? 'ALL';
