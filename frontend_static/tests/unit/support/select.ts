import { fireEvent } from '@testing-library/svelte';
import { vi } from 'vitest';

/** Chooses an option by its words. happy-dom does not know `:checked` of options, by which a bound select finds its value. */
export async function choose(element: HTMLElement, label: string): Promise<void> {
	const select = element as HTMLSelectElement;
	const option = [...select.options].find(({ text }) => text.trim() === label);
	if (!option) throw new Error(`there is no option ${label}`);
	option.selected = true;
	const asked = vi.spyOn(select, 'querySelector').mockReturnValue(option);
	await fireEvent.change(select);
	asked.mockRestore();
}
