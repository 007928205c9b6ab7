import { type MantineColorsTuple, createTheme } from '@mantine/core';

// A blue whose sixth shade keeps 4.5:1 against white, for text on buttons and for links.
const parley: MantineColorsTuple = [
  '#e9f3fc', '#d3e4f6', '#a5c8ec', '#74abe2', '#4d92da', '#3582d5', '#1a65b8', '#155ba8', '#0d4f95', '#024382',
];

export const theme = createTheme({
  primaryColor: 'parley',
  colors: { parley },
  primaryShade: { light: 6, dark: 7 },
  defaultRadius: 'md',
  autoContrast: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  cursorType: 'pointer',
  components: {
    Tooltip: { defaultProps: { openDelay: 400, withArrow: true, events: { hover: true, focus: true, touch: false } } },
    Modal: { defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.5 } } },
  },
});
