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
	},
	server: {
		proxy: {
			'/graphql': { target: server, ws: true },
			'/auth': server,
			'/documents': server,
		},
	},
});
