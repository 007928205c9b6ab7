import { type MantineColorsTuple, type VariantColorsResolver, createTheme, defaultVariantColorsResolver } from '@mantine/core';

// A blue whose sixth shade keeps 4.5:1 against white, for text on buttons and for links.
const parley: MantineColorsTuple = [
  '#e9f3fc', '#d3e4f6', '#a5c8ec', '#74abe2', '#4d92da', '#3582d5', '#1a65b8', '#155ba8', '#0d4f95', '#024382',
];

// The library's light variants have less than 4.5:1 for some colours; these have more for all.
const readable: VariantColorsResolver = (input) => {
  const made = defaultVariantColorsResolver(input);
  const name = input.color ?? input.theme.primaryColor;
  if (input.variant !== 'light' || !(name in input.theme.colors)) return made;
  return {
    ...made,
    background: `light-dark(var(--mantine-color-${name}-0), color-mix(in srgb, var(--mantine-color-${name}-9) 35%, #16181b))`,
    color: `light-dark(color-mix(in srgb, var(--mantine-color-${name}-9) 70%, black), var(--mantine-color-${name}-1))`,
  };
};

export const theme = createTheme({
  primaryColor: 'parley',
  colors: { parley },
  primaryShade: { light: 6, dark: 7 },
  defaultRadius: 'md',
  autoContrast: true,
  variantColorResolver: readable,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  cursorType: 'pointer',
  components: {
    Tooltip: { defaultProps: { openDelay: 400, withArrow: true, events: { hover: true, focus: true, touch: false } } },
    Modal: { defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.5 } } },
  },
});
