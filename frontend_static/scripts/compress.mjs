// Puts a .br and a .gz beside every text file of the build, so that the server only has to choose one.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../graphql/incubator_graphql/static');
const smallestBytes = 600;
// Above this the best compression takes seconds a file: only the explorer has such files.
const largeBytes = 300_000;

for (const name of fs.readdirSync(folder, { recursive: true })) {
	const file = path.join(folder, String(name));
	if (!/\.(js|css|html|svg|json|webmanifest)$/.test(file)) continue;
	const content = fs.readFileSync(file);
	if (content.length < smallestBytes) continue;
	fs.writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
	const quality = content.length > largeBytes ? 9 : 11;
	fs.writeFileSync(
		`${file}.br`,
		brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }),
	);
}
