namespace PollIO.Apps.Tests.Support;

/// <summary>
/// Literal requests and answers, put together byte by byte from the protocols' documents by a script that shares no code with
/// PollIO. The asker is 52:54:00:12:34:56, the responder's port 02:00:00:01:00:00.
/// </summary>
internal static class EchoFrames
{
    /// <summary>Ping from 10.0.0.1 to 10.0.0.2, time to live 61, 15 bytes of data.</summary>
    internal static readonly byte[] EchoRequest = Frames.Bytes(
        """
        02 00 00 01 00 00 52 54 00 12 34 56 08 00 45 00 00 2b 12 34 40 00 3d 01 17 9c 0a 00 00 01 0a 00
        00 02 08 00 3e 55 01 02 00 07 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e
        """);

    /// <summary>Its answer.</summary>
    internal static readonly byte[] EchoReply = Frames.Bytes(
        """
        52 54 00 12 34 56 02 00 00 01 00 00 08 00 45 00 00 2b 12 34 40 00 40 01 14 9c 0a 00 00 02 0a 00
        00 01 00 00 46 55 01 02 00 07 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e
        """);

    /// <summary>The same with an 802.1Q tag: priority 1, VLAN 5.</summary>
    internal static readonly byte[] TaggedEchoRequest = Frames.Bytes(
        """
        02 00 00 01 00 00 52 54 00 12 34 56 81 00 20 05 08 00 45 00 00 2b 12 34 40 00 ff 01 55 9b 0a 00
        00 01 0a 00 00 02 08 00 3e 55 01 02 00 07 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e
        """);

    /// <summary>Its answer.</summary>
    internal static readonly byte[] TaggedEchoReply = Frames.Bytes(
        """
        52 54 00 12 34 56 02 00 00 01 00 00 81 00 20 05 08 00 45 00 00 2b 12 34 40 00 40 01 14 9c 0a 00
        00 02 0a 00 00 01 00 00 46 55 01 02 00 07 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e
        """);

    /// <summary>The same with a record-route option.</summary>
    internal static readonly byte[] OptionsEchoRequest = Frames.Bytes(
        """
        02 00 00 01 00 00 52 54 00 12 34 56 08 00 47 00 00 33 12 34 40 00 40 01 07 8d 0a 00 00 01 0a 00
        00 02 07 07 04 00 00 00 00 00 08 00 3e 55 01 02 00 07 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d
        1e
        """);

    /// <summary>Its answer.</summary>
    internal static readonly byte[] OptionsEchoReply = Frames.Bytes(
        """
        52 54 00 12 34 56 02 00 00 01 00 00 08 00 47 00 00 33 12 34 40 00 40 01 07 8d 0a 00 00 02 0a 00
        00 01 07 07 04 00 00 00 00 00 00 00 46 55 01 02 00 07 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d
        1e
        """);

    /// <summary>Ping from 2001:db8::1 to 2001:db8::2, hop limit 3.</summary>
    internal static readonly byte[] EchoRequestV6 = Frames.Bytes(
        """
        02 00 00 01 00 00 52 54 00 12 34 56 86 dd 60 00 00 00 00 17 3a 03 20 01 0d b8 00 00 00 00 00 00
        00 00 00 00 00 01 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02 80 00 6a 8c 01 02 00 09 10 11
        12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e
        """);

    /// <summary>Its answer.</summary>
    internal static readonly byte[] EchoReplyV6 = Frames.Bytes(
        """
        52 54 00 12 34 56 02 00 00 01 00 00 86 dd 60 00 00 00 00 17 3a 40 20 01 0d b8 00 00 00 00 00 00
        00 00 00 00 00 02 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01 81 00 69 8c 01 02 00 09 10 11
        12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e
        """);

    /// <summary>Who has 10.0.0.77? Tell 10.0.0.1.</summary>
    internal static readonly byte[] ArpRequest = Frames.Bytes(
        """
        ff ff ff ff ff ff 52 54 00 12 34 56 08 06 00 01 08 00 06 04 00 01 52 54 00 12 34 56 0a 00 00 01
        00 00 00 00 00 00 0a 00 00 4d 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
        """);

    /// <summary>Its answer.</summary>
    internal static readonly byte[] ArpReply = Frames.Bytes(
        """
        52 54 00 12 34 56 02 00 00 01 00 00 08 06 00 01 08 00 06 04 00 02 02 00 00 01 00 00 0a 00 00 4d
        52 54 00 12 34 56 0a 00 00 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
        """);

    /// <summary>Is 10.0.0.77 free? (RFC 5227)</summary>
    internal static readonly byte[] ArpProbe = Frames.Bytes(
        """
        ff ff ff ff ff ff 52 54 00 12 34 56 08 06 00 01 08 00 06 04 00 01 52 54 00 12 34 56 00 00 00 00
        00 00 00 00 00 00 0a 00 00 4d 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
        """);

    /// <summary>10.0.0.1 is mine (RFC 5227).</summary>
    internal static readonly byte[] ArpAnnouncement = Frames.Bytes(
        """
        ff ff ff ff ff ff 52 54 00 12 34 56 08 06 00 01 08 00 06 04 00 01 52 54 00 12 34 56 0a 00 00 01
        00 00 00 00 00 00 0a 00 00 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
        """);

    /// <summary>An answer, not a question.</summary>
    internal static readonly byte[] ArpReplyOfAnother = Frames.Bytes(
        """
        02 00 00 01 00 00 52 54 00 12 34 56 08 06 00 01 08 00 06 04 00 02 52 54 00 12 34 56 0a 00 00 01
        02 00 00 01 00 00 0a 00 00 4d 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
        """);

    /// <summary>Who has 2001:db8::77? Tell 2001:db8::1, with its link-layer address.</summary>
    internal static readonly byte[] Solicitation = Frames.Bytes(
        """
        33 33 ff 00 00 77 52 54 00 12 34 56 86 dd 60 00 00 00 00 20 3a ff 20 01 0d b8 00 00 00 00 00 00
        00 00 00 00 00 01 ff 02 00 00 00 00 00 00 00 00 00 01 ff 00 00 77 87 00 96 81 00 00 00 00 20 01
        0d b8 00 00 00 00 00 00 00 00 00 00 00 77 01 01 52 54 00 12 34 56
        """);

    /// <summary>Its answer: solicited, override, with a target link-layer address.</summary>
    internal static readonly byte[] Advertisement = Frames.Bytes(
        """
        52 54 00 12 34 56 02 00 00 01 00 00 86 dd 60 00 00 00 00 20 3a ff 20 01 0d b8 00 00 00 00 00 00
        00 00 00 00 00 77 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01 88 00 89 88 60 00 00 00 20 01
        0d b8 00 00 00 00 00 00 00 00 00 00 00 77 02 01 02 00 00 01 00 00
        """);

    /// <summary>The same as a unicast probe, without an option: shorter than the answer.</summary>
    internal static readonly byte[] SolicitationWithoutOption = Frames.Bytes(
        """
        02 00 00 01 00 00 52 54 00 12 34 56 86 dd 60 00 00 00 00 18 3a ff 20 01 0d b8 00 00 00 00 00 00
        00 00 00 00 00 01 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 77 87 00 ee 92 00 00 00 00 20 01
        0d b8 00 00 00 00 00 00 00 00 00 00 00 77
        """);

    /// <summary>The same with a nonce option: longer than the answer.</summary>
    internal static readonly byte[] SolicitationWithNonce = Frames.Bytes(
        """
        33 33 ff 00 00 77 52 54 00 12 34 56 86 dd 60 00 00 00 00 28 3a ff 20 01 0d b8 00 00 00 00 00 00
        00 00 00 00 00 01 ff 02 00 00 00 00 00 00 00 00 00 01 ff 00 00 77 87 00 7f 6c 00 00 00 00 20 01
        0d b8 00 00 00 00 00 00 00 00 00 00 00 77 01 01 52 54 00 12 34 56 0e 01 01 02 03 04 05 06
        """);

    /// <summary>Is 2001:db8::77 free? (RFC 4862)</summary>
    internal static readonly byte[] DuplicateAddressDetection = Frames.Bytes(
        """
        33 33 ff 00 00 77 52 54 00 12 34 56 86 dd 60 00 00 00 00 18 3a ff 00 00 00 00 00 00 00 00 00 00
        00 00 00 00 00 00 ff 02 00 00 00 00 00 00 00 00 00 01 ff 00 00 77 87 00 4c 01 00 00 00 00 20 01
        0d b8 00 00 00 00 00 00 00 00 00 00 00 77
        """);

    /// <summary>A solicitation that crossed a router.</summary>
    internal static readonly byte[] SolicitationFromAfar = Frames.Bytes(
        """
        33 33 ff 00 00 77 52 54 00 12 34 56 86 dd 60 00 00 00 00 20 3a fe 20 01 0d b8 00 00 00 00 00 00
        00 00 00 00 00 01 ff 02 00 00 00 00 00 00 00 00 00 01 ff 00 00 77 87 00 96 81 00 00 00 00 20 01
        0d b8 00 00 00 00 00 00 00 00 00 00 00 77 01 01 52 54 00 12 34 56
        """);

    /// <summary>The first fragment of a ping.</summary>
    internal static readonly byte[] FragmentOfEchoRequest = Frames.Bytes(
        """
        02 00 00 01 00 00 52 54 00 12 34 56 08 00 45 00 00 2b 12 34 20 00 40 01 00 00 0a 00 00 01 0a 00
        00 02 08 00 3e 55 01 02 00 07 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e
        """);

    /// <summary>Ping to 224.0.0.1.</summary>
    internal static readonly byte[] EchoRequestToGroup = Frames.Bytes(
        """
        01 00 5e 00 00 01 52 54 00 12 34 56 08 00 45 00 00 2b 12 34 40 00 40 01 3e 9c 0a 00 00 01 e0 00
        00 01 08 00 3e 55 01 02 00 07 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e
        """);

    /// <summary>Ping to 255.255.255.255.</summary>
    internal static readonly byte[] EchoRequestToBroadcast = Frames.Bytes(
        """
        ff ff ff ff ff ff 52 54 00 12 34 56 08 00 45 00 00 2b 12 34 40 00 40 01 1e 9e 0a 00 00 01 ff ff
        ff ff 08 00 3e 55 01 02 00 07 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e
        """);

    /// <summary>Ping to ff02::1.</summary>
    internal static readonly byte[] EchoRequestToGroupV6 = Frames.Bytes(
        """
        33 33 00 00 00 01 52 54 00 12 34 56 86 dd 60 00 00 00 00 17 3a 40 20 01 0d b8 00 00 00 00 00 00
        00 00 00 00 00 01 ff 02 00 00 00 00 00 00 00 00 00 00 00 00 00 01 80 00 99 43 01 02 00 09 10 11
        12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e
        """);

    /// <summary>UDP.</summary>
    internal static readonly byte[] Datagram = Frames.Bytes(
        """
        02 00 00 01 00 00 52 54 00 12 34 56 08 00 45 00 00 1c 12 34 40 00 40 11 14 9b 0a 00 00 01 0a 00
        00 02 00 09 00 09 00 08 00 00
        """);

    /// <summary>Two addresses and nothing else.</summary>
    internal static readonly byte[] Runt = Frames.Bytes(
        """
        02 00 00 01 00 00 52 54 00 12 34 56
        """);
}
