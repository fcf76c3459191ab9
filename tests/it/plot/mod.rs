//! Pictures: their data without drawing, and the drawings as documents.

mod compare;
mod contour;
mod drawing;
mod extremes;
mod fixtures;
mod slice;
mod trace;
