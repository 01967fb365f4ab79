// Compares the sentences of all languages, with each other and with the sources: keys, plural forms, placeholders; keys that
// nothing uses and keys that do not exist; and words that stand in markup instead of a language file.
import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'svelte/compiler';

const languages = ['en', 'de', 'zh-CN'];
const base = 'src/locales';
const problems = [];
const plural = /_(zero|one|two|few|many|other)$/;

const areas = fs.readdirSync(path.join(base, 'en')).map((name) => path.basename(name, '.json'));
const sentences = {};
for (const language of languages) {
	const found = fs.readdirSync(path.join(base, language)).map((name) => path.basename(name, '.json'));
	for (const area of areas) if (!found.includes(area)) problems.push(`${language} lacks the area ${area}`);
	for (const area of found) if (!areas.includes(area)) problems.push(`${language} has an area of its own: ${area}`);
	sentences[language] = {};
	for (const area of found) {
		const text = JSON.parse(fs.readFileSync(path.join(base, language, `${area}.json`), 'utf8'));
		for (const [key, sentence] of Object.entries(text)) sentences[language][`${area}:${key}`] = sentence;
	}
}

const baseKey = (key) => key.replace(plural, '');
const placeholders = (sentence) => [...sentence.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();
const keys = new Set(Object.keys(sentences.en).map(baseKey));
for (const language of languages) {
	const own = sentences[language];
	const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
	for (const key of new Set(Object.keys(own).map(baseKey))) {
		if (!keys.has(key)) problems.push(`${language} has a key that en lacks: ${key}`);
	}
	for (const key of keys) {
		const isPlural = `${key}_other` in sentences.en;
		const wanted = isPlural ? forms.map((form) => `${key}_${form}`) : [key];
		for (const full of wanted) {
			if (!own[full]?.trim()) {
				problems.push(`${language} lacks ${full}`);
				continue;
			}
			const theirs = placeholders(sentences.en[full] ?? sentences.en[`${key}_other`]);
			// "First year" may leave its count away.
			const optional = full.endsWith('_one') ? ['count'] : [];
			const differ = (a, b) => a.filter((name) => !b.includes(name) && !optional.includes(name));
			const wrong = [...differ(theirs, placeholders(own[full])), ...differ(placeholders(own[full]), theirs)];
			if (wrong.length > 0) problems.push(`${language} ${full}: the placeholder ${wrong.join(', ')} differs from en`);
		}
	}
}

const used = new Set();
const prefixes = new Set();
const names = areas.join('|');
for (const name of fs.readdirSync('src', { recursive: true })) {
	const file = path.join('src', String(name));
	if (!/\.(ts|svelte)$/.test(file) || file.startsWith('src/gql')) continue;
	const text = fs.readFileSync(file, 'utf8');
	for (const [, key] of text.matchAll(new RegExp(`['"]((?:${names}):[^'"\\s]+)['"]`, 'g'))) used.add(key);
	for (const [, key] of text.matchAll(new RegExp(`\`((?:${names}):[^\`\\s]*?)\\$\\{`, 'g'))) prefixes.add(key);
	if (file.endsWith('.svelte')) wordsInMarkup(file, text);
}
for (const key of used) if (!keys.has(key)) problems.push(`no language has ${key}`);
for (const key of keys) {
	if (!used.has(key) && ![...prefixes].some((prefix) => key.startsWith(prefix))) problems.push(`nothing uses ${key}`);
}

/** Text and names that a person reads must come from a language file. */
function wordsInMarkup(file, text) {
	const spoken = new Set(['aria-label', 'title', 'placeholder', 'alt', 'label', 'subtitle', 'hint', 'text']);
	const letters = /\p{L}{2,}/u;
	const keyNames = /^(Ctrl K|⌘K)$/;
	const look = (node) => {
		if (!node || typeof node !== 'object') return;
		if (Array.isArray(node)) {
			for (const child of node) look(child);
			return;
		}
		if (node.type === 'Text' && letters.test(node.data) && !keyNames.test(node.data.trim())) {
			problems.push(`${file}: words in the markup: ${node.data.trim().slice(0, 60)}`);
		}
		if (node.type === 'StyleDirective') return;
		if (node.type === 'Attribute') {
			const values = Array.isArray(node.value) ? node.value : [];
			const words = values.filter((value) => value.type === 'Text' && letters.test(value.data));
			if (spoken.has(node.name) && words.length > 0) problems.push(`${file}: words in ${node.name}`);
			return;
		}
		for (const [key, value] of Object.entries(node)) if (key !== 'expression') look(value);
	};
	look(parse(text, { modern: true }).fragment);
}

if (problems.length > 0) {
	for (const problem of problems) console.error(problem);
	console.error(`i18n: ${problems.length} problems`);
	process.exit(1);
}
console.log(`i18n: ${keys.size} sentences in ${languages.length} languages, all used, all alike`);
