import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// The server that the development client talks to: `make run` prints its address.
const server = process.env.INCUBATOR_SERVER ?? 'http://127.0.0.1:8000';

export default defineConfig({
	plugins: [svelte({ configFile: false })],
	build: {
		outDir: '../graphql/incubator_graphql/static',
		emptyOutDir: true,
		target: 'es2023',
		// A data: URL would be refused by the content security policy for scripts and fonts.
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		manifest: true,
		reportCompressedSize: false,
		rolldownOptions: {
			output: {
				// A page of its own many small chunks would wait for round trips, not for bytes: what every page needs is one
				// chunk, what forms need a second one.
				codeSplitting: {
					groups: [
						{ name: 'vendor', test: /node_modules\/(svelte|esm-env|clsx|@urql|@0no-co|wonka|i18next)\//, priority: 3 },
						{
							name: 'forms',
							test: /node_modules\/valibot\/|src\/lib\/(form\/(form|rules)|ui\/(Calendar|Checkbox|Combobox|ConfirmDialog|DateField|Dialog|Field|MoneyField|SelectField|TextArea|TextField))\b|src\/lib\/time\/typedDays/,
							priority: 2,
						},
						{
							name: 'kit',
							test: /src\/app\/|src\/lib\/(form\/failures|gql|i18n|money|routing|time|ui)/,
							priority: 1,
						},
						// What two pages ask alike; a document of one page travels with that page.
						{ name: 'documents', test: /src\/gql\//, minShareCount: 5, priority: 1 },
					],
				},
			},
		},
	},
	server: {
		proxy: {
			'/graphql': { target: server, ws: true },
			'/auth': server,
			'/documents': server,
		},
	},
});
