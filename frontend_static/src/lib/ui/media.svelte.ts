import { MediaQuery } from 'svelte/reactivity';

/** True on a phone's width, where tables become lists and panels fill the screen. */
export const phone = new MediaQuery('(max-width: 720px)');
