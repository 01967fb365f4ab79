import type { Attachment } from 'svelte/attachments';

const gap = 6;
const margin = 8;

/**
 * Shows an element in the top layer beside another one: under it where there is room, else above, never outside the window.
 *
 * It follows while the page scrolls or the window changes, and goes away with the element.
 */
export function besides(
	anchor: () => HTMLElement | undefined,
	align: 'start' | 'end' = 'start',
): Attachment<HTMLElement> {
	return (floating) => {
		floating.setAttribute('popover', 'manual');
		floating.showPopover?.();
		const place = () => {
			const target = anchor()?.getBoundingClientRect();
			if (!target) return;
			const { offsetWidth: width, offsetHeight: height } = floating;
			const below = target.bottom + gap;
			const above = target.top - gap - height;
			const top = below + height + margin > window.innerHeight && above > margin ? above : below;
			const left = align === 'start' ? target.left : target.right - width;
			floating.style.top = `${Math.max(margin, top)}px`;
			floating.style.left = `${Math.max(margin, Math.min(left, window.innerWidth - width - margin))}px`;
			floating.style.setProperty('--anchor-width', `${target.width}px`);
		};
		place();
		const observer = new ResizeObserver(place);
		observer.observe(floating);
		window.addEventListener('scroll', place, { capture: true, passive: true });
		window.addEventListener('resize', place);
		return () => {
			observer.disconnect();
			window.removeEventListener('scroll', place, { capture: true });
			window.removeEventListener('resize', place);
			if (floating.isConnected) floating.hidePopover?.();
		};
	};
}
