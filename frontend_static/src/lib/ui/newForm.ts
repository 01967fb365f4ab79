import { router } from '../routing/router.svelte';

/** The form of a page for something new: "?new=1" in the address opens it, for those who may. */
export class NewForm {
	readonly #may: () => boolean;

	constructor(may: () => boolean) {
		this.#may = may;
	}

	get allowed(): boolean {
		return this.#may();
	}

	get isOpen(): boolean {
		return this.allowed && router.search.has('new');
	}

	open = (): void => router.setSearch({ new: '1' }, { push: true });
	close = (): void => router.setSearch({ new: null });
}
