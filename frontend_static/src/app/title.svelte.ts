/** What the page shown is about, for the window's title; a page that shows one thing names it. */
class PageTitle {
	detail = $state<string | null>(null);
}

export const pageTitle = new PageTitle();
