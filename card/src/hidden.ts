/** Words for those who listen, and fields that are pressed by their labels: there, and out of sight. */

import { css } from "lit";

export const hidden = css`
  .hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;
