// Weighs the build: what the first view of every home loads, and what each other part adds, compressed as it travels.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const kB = 1000;
const limits = { firstScript: 110 * kB, firstStyle: 15 * kB, part: 60 * kB };
const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../graphql/incubator_graphql/static');
const manifest = JSON.parse(fs.readFileSync(path.join(folder, '.vite/manifest.json'), 'utf8'));

const sizes = new Map();
function sizeOf(file) {
	if (!sizes.has(file)) sizes.set(file, gzipSync(fs.readFileSync(path.join(folder, file)), { level: 9 }).length);
	return sizes.get(file);
}

/** A part and all that it imports at once, without what is loaded already. */
function closure(key, loaded = new Set()) {
	const parts = new Set();
	const walk = (name) => {
		if (parts.has(name) || loaded.has(name)) return;
		parts.add(name);
		for (const imported of manifest[name].imports ?? []) walk(imported);
	};
	walk(key);
	return parts;
}

function weigh(parts) {
	let script = 0;
	const styles = new Set();
	for (const key of parts) {
		const { file, css = [] } = manifest[key];
		if (file.endsWith('.js')) script += sizeOf(file);
		for (const style of css) styles.add(style);
	}
	return { script, style: [...styles].reduce((sum, file) => sum + sizeOf(file), 0) };
}

const shown = (bytes) => `${(bytes / kB).toFixed(1)} kB`;
const failures = [];
function gate(what, bytes, limit) {
	if (bytes > limit) failures.push(`${what}: ${shown(bytes)}, more than ${shown(limit)}`);
}

const entry = closure('index.html');
const language = closureOfAll(['app', 'home'].map((area) => heaviestLanguage(area)));
function heaviestLanguage(area) {
	const keys = Object.keys(manifest).filter((key) => key.startsWith('src/locales/') && key.endsWith(`/${area}.json`));
	return keys.toSorted((a, b) => sizeOf(manifest[b].file) - sizeOf(manifest[a].file))[0];
}
function closureOfAll(keys, loaded) {
	return new Set(keys.flatMap((key) => [...closure(key, loaded)]));
}

const homePage = 'src/features/home/HomePage.svelte';
const homes = [...(manifest[homePage].dynamicImports ?? [])];
for (const home of homes) {
	const parts = new Set([...entry, ...language, ...closure(homePage), ...closure(home)]);
	const { script, style } = weigh(parts);
	console.log(`first view ${path.basename(home, '.svelte')}: JS ${shown(script)}, CSS ${shown(style)}`);
	gate(`first view ${home}, JS`, script, limits.firstScript);
	gate(`first view ${home}, CSS`, style, limits.firstStyle);
}
let heaviest = ['', 0];
for (const key of Object.keys(manifest).filter((name) => manifest[name].isDynamicEntry)) {
	const { script } = weigh(closure(key, entry));
	if (script > heaviest[1]) heaviest = [key, script];
	gate(`part ${key}`, script, limits.part);
}
console.log(`heaviest part: ${heaviest[0]} ${shown(heaviest[1])}`);

if (failures.length > 0) {
	for (const failure of failures) console.error(failure);
	process.exit(1);
}
console.log('budget: kept');
