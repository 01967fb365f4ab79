/** What a cleaned plan is made of; the server leaves nothing else in it. */
const elements = /^(svg|g|path|rect|circle|ellipse|line|polyline|polygon|text|tspan|title|desc)$/;

/** Whether a drawing holds nothing but what the server lets through: the last look before it becomes a part of the page. */
export function isPlain(svg: string): boolean {
	const names = [...svg.matchAll(/<\s*\/?\s*([^\s/>]*)/g)].map(([, name]) => name ?? '');
	return names.every((name) => elements.test(name)) && !/\son\w+\s*=|javascript:|href\s*=/i.test(svg);
}

interface TrustedTypes {
	readonly createPolicy: (
		name: string,
		rules: { readonly createHTML: (text: string) => string },
	) => {
		readonly createHTML: (text: string) => unknown;
	};
}

const rules = { createHTML: (svg: string): string => (isPlain(svg) ? svg : '') };
// The one policy of our own: the page takes no other text for markup.
const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes };
const policy = trustedTypes?.createPolicy('floor-plan', rules) ?? rules;

/** A drawing as the page takes it; empty for one that is not plain. */
export const trustedPlan = (svg: string) => policy.createHTML(svg);
