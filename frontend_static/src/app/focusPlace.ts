/** Takes the focus to the heading of the place shown, or to the place itself until its data brings the heading; gives what stops waiting. */
export function focusPlace(): () => void {
	const main = document.querySelector('main');
	const heading = () => main?.querySelector('h1');
	(heading() ?? main)?.focus();
	const observer = new MutationObserver(() => {
		const found = heading();
		if (!found) return;
		observer.disconnect();
		// Somebody who has moved on meanwhile keeps their place.
		if (document.activeElement === main) found.focus();
	});
	if (main && !heading()) observer.observe(main, { childList: true, subtree: true });
	return () => observer.disconnect();
}
