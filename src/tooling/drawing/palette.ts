/** What a frame stands around. */
export type FrameKind = 'region' | 'vpc' | 'zone' | 'public' | 'private' | 'group';

/** The colours of a drawing; everything else of it is the same in light and dark. */
export interface Palette {
  page: string;
  /** Fill and line of frames. */
  frame: Record<FrameKind, string>;
  line: Record<FrameKind, string>;
  box: string;
  boxLine: string;
  text: string;
  faint: string;
  /** What flows along an arrow, and the mark of what it belongs to. */
  flow: { requests: string; telemetry: string; images: string; reading: string };
}

export const PALETTES: Readonly<Record<'light' | 'dark', Palette>> = {
  light: {
    page: '#ffffff',
    frame: { region: '#f6f8fa', vpc: '#ffffff', zone: 'none', public: '#eef6ff', private: '#f1faf3', group: '#f8fffa' },
    line: {
      region: '#d0d7de',
      vpc: '#8250df',
      zone: '#afb8c1',
      public: '#b6d7ff',
      private: '#b7e3c0',
      group: '#b7e3c0',
    },
    box: '#ffffff',
    boxLine: '#d0d7de',
    text: '#1f2328',
    faint: '#59636e',
    flow: { requests: '#0969da', telemetry: '#1a7f37', images: '#9a6700', reading: '#bf3989' },
  },
  dark: {
    page: '#0d1117',
    frame: { region: '#151b23', vpc: '#0d1117', zone: 'none', public: '#0f1d33', private: '#10211a', group: '#15291f' },
    line: {
      region: '#3d444d',
      vpc: '#a371f7',
      zone: '#656c76',
      public: '#1f4b87',
      private: '#235c38',
      group: '#235c38',
    },
    box: '#1b222c',
    boxLine: '#3d444d',
    text: '#f0f6fc',
    faint: '#9198a1',
    flow: { requests: '#4493f8', telemetry: '#3fb950', images: '#d29922', reading: '#db61a2' },
  },
};
