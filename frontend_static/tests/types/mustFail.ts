import { Applications } from '../../src/gql/Applications';
import { BillingRuns } from '../../src/gql/BillingRuns';
import { Portfolio } from '../../src/gql/Portfolio';
import type { Viewer } from '../../src/gql/Viewer';
import type { DataOf } from '../../src/lib/gql/operation';
import type { TextKey } from '../../src/lib/i18n/keys';
import { choice, useList } from '../../src/lib/ui/listState.svelte';

// must fail: a number is no text
export const text: string = 1;
// must fail: there is no such sentence
export const key: TextKey = 'app:noSuchSentence';
// must fail: the document does not ask for this field
export const shoeSize = (data: DataOf<typeof Viewer>) => data.viewer?.person.shoeSize;

const label = () => '';
const shoeSizes = choice('size', label, ['42', '43'], String);
export const lists = () => [
	// must fail: applications have no shoe size to be filtered by
	useList(Applications, (data) => data.applications, { filters: { shoeSize: shoeSizes } }),
	// must fail: no application is in the state of 42
	useList(Applications, (data) => data.applications, { filters: { state: shoeSizes } }),
	// must fail: billing runs cannot be searched
	useList(BillingRuns, (data) => data.billingRuns, { search: label }),
	// must fail: the server cannot order a portfolio by shoe size
	useList(Portfolio, (data) => data.portfolio, { orders: ['SHOE_SIZE'] }),
];
