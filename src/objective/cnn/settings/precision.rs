//! The numbers a network computes in.

/// What convolutions and linear layers compute in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// 32-bit floats, as everything else.
    #[default]
    Float32,
    /// bfloat16: a 32-bit float's range in 16 bits, 8 of them for the fraction with its leading one.
    /// Mixed precision as PyTorch's `torch.autocast(dtype=torch.bfloat16)`: weights, what the optimizer
    /// and batch normalisation keep, and the loss stay 32-bit floats. Kalamkar et al.,
    /// <https://arxiv.org/abs/1905.12322>.
    Bf16,
}
