// Type-checks everything, and proves that the checker checks: the files in tests/types hold planted mistakes, each on the
// line after a comment "must fail", and a planted mistake that is not reported fails the check as well.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const planted = new Set();
for (const name of fs.readdirSync('tests/types')) {
	fs.readFileSync(path.join('tests/types', name), 'utf8')
		.split('\n')
		.forEach((line, index) => {
			if (/must fail/.test(line)) planted.add(`tests/types/${name}:${index + 2}`);
		});
}

const run = spawnSync(
	'npx',
	['--no-install', 'svelte-check', '--tsconfig', './tsconfig.json', '--output', 'machine-verbose'],
	{
		encoding: 'utf8',
		maxBuffer: 64 << 20,
	},
);
const findings = run.stdout.split('\n').flatMap((line) => {
	const json = /^\d+ (\{.*\})$/.exec(line)?.[1];
	return json ? [JSON.parse(json)] : [];
});
if (!/COMPLETED/.test(run.stdout)) {
	console.error(run.stdout, run.stderr);
	process.exit(1);
}

let unexpected = 0;
for (const { type, filename, start, message } of findings) {
	const place = `${filename}:${start.line + 1}`;
	if (type === 'ERROR' && planted.delete(place)) continue;
	unexpected += 1;
	console.error(`${place}:${start.character + 1} ${type.toLowerCase()}: ${message}`);
}
for (const place of planted) console.error(`${place} holds a mistake that the type checker did not find`);
if (unexpected > 0 || planted.size > 0) process.exit(1);
console.log('svelte-check: no findings, planted mistakes found');
