//! `surmise explain` and `surmise explain-report`.
//!
//! | file | holds |
//! | --- | --- |
//! | `attribute` | one image through the chosen methods |
//! | `images` | `surmise explain`: images one by one |
//! | `report` | `surmise explain-report`: images by what differs from a reference |
//! | `groups` | what it measures of each group |
//! | `attributes` | the table of attributes, and which differ |
//! | `sheet` | its picture |
//! | `shares` | attributions as shares of an image, their means over a group |
//! | `maps` | maps and colour bars for pictures |

mod attribute;
mod attributes;
mod groups;
mod images;
mod maps;
mod report;
mod shares;
mod sheet;

pub(super) use {images::explain, report::report};
