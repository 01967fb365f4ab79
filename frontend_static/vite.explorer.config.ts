import { defineConfig } from 'vite';

// The API explorer is a page of its own, with a policy of its own: nothing of it is in the client.
export default defineConfig({
	root: 'explorer',
	base: '/explorer/',
	build: {
		outDir: '../../graphql/incubator_graphql/static/explorer',
		emptyOutDir: true,
		target: 'es2023',
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		reportCompressedSize: false,
		chunkSizeWarningLimit: 5000,
	},
});
