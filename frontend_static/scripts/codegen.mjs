// Writes src/gql: the types of the schema and of every operation (schema.ts), and one small module an operation, so that a
// page's chunk carries only the documents that the page sends.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { codegen } from '@graphql-codegen/core';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import {
	buildSchema,
	getNamedType,
	isObjectType,
	parse,
	stripIgnoredCharacters,
	TypeInfo,
	validate,
	visit,
	visitWithTypeInfo,
} from 'graphql';

const here = path.dirname(fileURLToPath(import.meta.url));
const graphqlFolder = path.resolve(here, '../../graphql');
const outFolder = path.resolve(here, '../src/gql');

/** One parsed operation file; the file must be named like its only operation. */
export function readOperations(folder) {
	return fs
		.readdirSync(folder)
		.filter((name) => name.endsWith('.graphql'))
		.sort()
		.map((name) => {
			const text = fs.readFileSync(path.join(folder, name), 'utf8');
			const document = parse(text);
			const operations = document.definitions.filter((definition) => definition.kind === 'OperationDefinition');
			const expected = path.basename(name, '.graphql');
			if (operations.length !== 1 || operations[0].name?.value !== expected) {
				throw new Error(`${name} must hold exactly one operation, called ${expected}`);
			}
			return { name: expected, location: name, text, document, kind: operations[0].operation };
		});
}

/** The faults of an operation against the schema, each with its place, in words. */
export function faultsOf(schema, operation) {
	return validate(schema, operation.document).map((error) => {
		const place = error.locations?.[0];
		return `${operation.location}:${place?.line}:${place?.column} ${error.message}`;
	});
}

/** The object types whose data an operation can return, lists that may come back empty included. */
export function returnedTypes(schema, operation) {
	const types = new Set();
	const info = new TypeInfo(schema);
	visit(
		operation.document,
		visitWithTypeInfo(info, {
			Field() {
				const type = info.getType() && getNamedType(info.getType());
				if (isObjectType(type) && !/^(PageInfo|Money)$|(Connection|Edge|Payload)$/.test(type.name))
					types.add(type.name);
			},
			InlineFragment(node) {
				const name = node.typeCondition?.name.value;
				if (name && isObjectType(schema.getType(name))) types.add(name);
			},
		}),
	);
	return [...types].sort();
}

const names = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' };

async function main() {
	const sdl = fs.readFileSync(path.join(graphqlFolder, 'schema.graphql'), 'utf8');
	const schema = buildSchema(sdl);
	const operations = readOperations(path.join(graphqlFolder, 'operations'));
	const faults = operations.flatMap((operation) => faultsOf(schema, operation));
	if (faults.length > 0) {
		for (const fault of faults) console.error(fault);
		process.exit(1);
	}
	const types = await codegen({
		filename: 'schema.ts',
		schema: parse(sdl),
		documents: operations,
		pluginMap: { typescriptOperations },
		plugins: [{ typescriptOperations: {} }],
		config: {
			enumsAsTypes: true,
			useTypeImports: true,
			skipTypename: true,
			immutableTypes: true,
			scalars: {
				ID: { input: 'string', output: 'string' },
				DateTime: 'string',
				Date: 'string',
				MinorUnits: 'number',
				Base64: 'string',
			},
		},
	});
	const files = new Map([['schema.ts', types]]);
	for (const operation of operations) {
		const suffix = names[operation.kind];
		const data = `${operation.name}${suffix}`;
		files.set(
			`${operation.name}.ts`,
			[
				"import type { Operation } from '../lib/gql/operation';",
				`import type { ${data}, ${data}Variables } from './schema';`,
				'',
				`export const ${operation.name}: Operation<${data}, ${data}Variables> = {`,
				`\tname: '${operation.name}',`,
				`\ttext: ${JSON.stringify(stripIgnoredCharacters(operation.text))},`,
				`\ttypes: ${JSON.stringify(returnedTypes(schema, operation))},`,
				'};',
				'',
			].join('\n'),
		);
	}
	fs.mkdirSync(outFolder, { recursive: true });
	for (const name of fs.readdirSync(outFolder)) if (!files.has(name)) fs.rmSync(path.join(outFolder, name));
	for (const [name, text] of files) {
		const file = path.join(outFolder, name);
		// An unchanged file keeps its time, so that the watcher and the build do not start over.
		if (!fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== text) fs.writeFileSync(file, text);
	}
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
