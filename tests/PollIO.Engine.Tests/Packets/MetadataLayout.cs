using System.Runtime.CompilerServices;

namespace PollIO.Tests.Packets;

public sealed unsafe class MetadataLayout
{
    [Fact]
    public void SizeIsTwoCacheLines()
    {
        Assert.Equal(128, sizeof(PacketMetadata));
        Assert.Equal(128, PacketMetadata.Size);
        Assert.Equal(8, sizeof(Packet));
        Assert.Equal(32, sizeof(PacketTemplate));
    }

    [Fact]
    public void FieldsStandWhereTheyShould()
    {
        PacketMetadata metadata;
        PacketMetadata* m = &metadata;
        (string Name, nint Offset, int Size, int Expected, int ExpectedSize)[] fields =
        [
            ("ReferenceCount", Offset(m, &m->ReferenceCount), sizeof(ushort), 0, 2),
            ("SegmentCount", Offset(m, &m->SegmentCount), sizeof(ushort), 2, 2),
            ("PoolId", Offset(m, &m->PoolId), sizeof(ushort), 4, 2),
            ("BufferLength", Offset(m, &m->BufferLength), sizeof(ushort), 6, 2),
            ("OwnershipWord", Offset(m, &m->OwnershipWord), sizeof(ulong), 0, 8),
            ("ReferenceWord", Offset(m, &m->ReferenceWord), sizeof(int), 0, 4),
            ("DataOffset", Offset(m, &m->DataOffset), sizeof(ushort), 8, 2),
            ("Port", Offset(m, &m->Port), sizeof(ushort), 10, 2),
            ("DataLength", Offset(m, &m->DataLength), sizeof(ushort), 12, 2),
            ("VlanTci", Offset(m, &m->VlanTci), sizeof(ushort), 14, 2),
            ("PacketLength", Offset(m, &m->PacketLength), sizeof(uint), 16, 4),
            ("Flags", Offset(m, &m->Flags), sizeof(PacketFlags), 20, 2),
            ("TxFlags", Offset(m, &m->TxFlags), sizeof(TxFlags), 22, 2),
            ("FlagsWord", Offset(m, &m->FlagsWord), sizeof(uint), 20, 4),
            ("PacketType", Offset(m, &m->PacketType), sizeof(uint), 24, 4),
            ("RssHash", Offset(m, &m->RssHash), sizeof(uint), 28, 4),
            ("Buffer", Offset(m, &m->Buffer), sizeof(byte*), 32, 8),
            ("Next", Offset(m, &m->Next), sizeof(PacketMetadata*), 40, 8),
            ("OriginalLength", Offset(m, &m->OriginalLength), sizeof(uint), 64, 4),
            ("L2Length", Offset(m, &m->L2Length), sizeof(ushort), 72, 2),
            ("L3Length", Offset(m, &m->L3Length), sizeof(ushort), 74, 2),
            ("L4Length", Offset(m, &m->L4Length), sizeof(ushort), 76, 2),
            ("TsoSegmentSize", Offset(m, &m->TsoSegmentSize), sizeof(ushort), 78, 2),
            ("ChecksumStart", Offset(m, &m->ChecksumStart), sizeof(ushort), 80, 2),
            ("ChecksumOffset", Offset(m, &m->ChecksumOffset), sizeof(ushort), 82, 2),
            ("OuterVlanTci", Offset(m, &m->OuterVlanTci), sizeof(ushort), 84, 2),
            ("Timestamp", Offset(m, &m->Timestamp), sizeof(long), 88, 8),
            ("User", Offset(m, &m->User), sizeof(Int128), 96, 16),
        ];

        Assert.All(fields, field => Assert.Equal((field.Name, field.Expected, field.ExpectedSize), (field.Name, (int)field.Offset, field.Size)));
        Assert.Equal(
            typeof(PacketMetadata).GetFields(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic).Select(field => field.Name).Order(),
            fields.Select(field => field.Name).Order());
    }

    [Fact]
    public void CachesAndStacksKeepToLinesOfTheirOwn()
    {
        Assert.Equal(64, PacketCache.HeaderSize);
        Assert.True(sizeof(PacketCache) <= PacketCache.HeaderSize);
        Assert.Equal(384, sizeof(TaggedStack));
        Assert.Equal(384, Unsafe.SizeOf<QueueGate>());
        Assert.Equal(384, Unsafe.SizeOf<QueueCounters>());
        Assert.Equal(384, Unsafe.SizeOf<LCoreCounters>());
        Assert.Equal(384, Unsafe.SizeOf<RingCursors>());
        Assert.Equal(384, Unsafe.SizeOf<RingSides>());
    }

    private static nint Offset(void* start, void* field) => (nint)((byte*)field - (byte*)start);
}
