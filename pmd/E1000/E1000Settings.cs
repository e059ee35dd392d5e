namespace PollIO.Pmd.E1000;

/// <summary>What a start writes into registers.</summary>
/// <param name="RxRing">IOVA of the receive ring.</param>
/// <param name="RxRingSize">Its descriptors.</param>
/// <param name="RxBufferSize">Bytes the device may write to one buffer: 256 to 16384, a power of two.</param>
/// <param name="TxRing">IOVA of the transmit ring.</param>
/// <param name="TxRingSize">Its descriptors.</param>
/// <param name="LongFrames">Whether frames above 1522 bytes are let in.</param>
/// <param name="RxChecksum">Whether checksums of received packets are verified.</param>
/// <param name="Vlan">Whether tags are taken out and put in; the chips have one switch for both.</param>
internal readonly record struct E1000Settings(
    ulong RxRing, int RxRingSize, int RxBufferSize, ulong TxRing, int TxRingSize, bool LongFrames, bool RxChecksum, bool Vlan);
