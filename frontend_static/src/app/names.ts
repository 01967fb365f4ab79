import type { Language } from '../lib/i18n/i18n.svelte';

interface Named {
	readonly name: string;
	readonly localName: string | null;
}

/** An organisation's own name in its language for readers of Chinese, else the international one. */
export function organizationName(organization: Named | null, language: Language): string | null {
	if (!organization) return null;
	const isChinese = organization.localName !== null && /[\u4e00-\u9fff]/.test(organization.localName);
	return language === 'zh-CN' && isChinese ? organization.localName : organization.name;
}
