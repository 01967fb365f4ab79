import { buildSchema, parse } from 'graphql';
import { expect, test } from 'vitest';
// @ts-expect-error -- the script is plain JavaScript, run by Node alone
import { faultsOf, returnedTypes } from '../../scripts/codegen.mjs';

const schema = buildSchema(`
	type Query { invoices: InvoiceConnection! node(id: ID!): Node }
	interface Node { id: ID! }
	type Invoice implements Node { id: ID! customer: Organization! }
	type Organization implements Node { id: ID! name: String! }
	type InvoiceConnection { nodes: [Invoice!]! }
`);
const operation = (text: string) => ({ location: 'Example.graphql', document: parse(text) });

test('a field that the schema lacks is refused with its place', () => {
	expect(faultsOf(schema, operation('query Example {\n  invoices { nodes { number } }\n}'))).toEqual([
		'Example.graphql:2:22 Cannot query field "number" on type "Invoice".',
	]);
});

test('the types of an answer are known, also of lists that may be empty and of one kind of node', () => {
	expect(returnedTypes(schema, operation('{ invoices { nodes { id customer { name } } } }'))).toEqual([
		'Invoice',
		'Organization',
	]);
	expect(returnedTypes(schema, operation('query ($id: ID!) { node(id: $id) { ... on Invoice { id } } }'))).toEqual([
		'Invoice',
	]);
});
