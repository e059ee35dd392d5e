using System.Buffers.Binary;

namespace PollIO.Apps.Common.Traffic;

/// <summary>Fills packets with frames, one size and one flow after the other. One lcore uses it.</summary>
internal sealed class FrameWriter
{
    private readonly FrameTemplate[] _templates;
    private readonly int[] _sizeOrder;
    private readonly FieldEdit[] _edits;
    private readonly uint[] _salts;
    private readonly int _scatterBits;
    private readonly uint _flows;
    private readonly uint _stride;
    private readonly int _maxSize;
    private readonly int _headerChecksumAt;
    private readonly int _checksumAt;
    private readonly int _stampAt;
    private readonly ushort _tag;
    private readonly bool _isUdp;
    private readonly long _sequenceStride;
    private uint _flow;
    private int _step;
    private long _sequence;

    /// <summary>Prepares a template for each size.</summary>
    /// <param name="recipe">What every frame has.</param>
    /// <param name="sizes">Sizes, in the order in which they are sent again and again.</param>
    /// <param name="flows">What differs between flows.</param>
    /// <param name="tag">The stamp's tag.</param>
    /// <param name="number">Which of several writers this is: they share flows and sequence numbers out among each other.</param>
    /// <param name="writers">How many there are.</param>
    internal FrameWriter(FrameRecipe recipe, IReadOnlyList<int> sizes, FlowPlan flows, ushort tag = 0, int number = 0, int writers = 1)
    {
        int[] distinct = [.. sizes.Distinct()];
        byte[] first = recipe.Build(distinct[0]);
        _edits = flows.Count == 1 ? [] : [.. flows.Fields.Select(field => new FieldEdit(recipe, field, first))];
        _templates = [.. distinct.Select(size => new FrameTemplate(recipe, size, _edits))];
        _sizeOrder = [.. sizes.Select(size => Array.IndexOf(distinct, size))];
        _salts = [.. flows.Fields.Select((_, index) => (flows.Seed ?? 0) * 31 + ((uint)index * 0x1234_5677))];
        _scatterBits = flows.Seed is null ? 0 : flows.ScatterBits;
        _flows = (uint)flows.Count;
        _stride = (uint)(writers % flows.Count);
        _flow = (uint)(number % flows.Count);
        _maxSize = distinct.Max();
        _headerChecksumAt = FrameTemplate.IPv4ChecksumAt(recipe);
        _checksumAt = recipe.ChecksumOffset;
        _stampAt = recipe.IsStamped ? recipe.PayloadOffset : 0;
        _tag = tag;
        _isUdp = recipe.Protocol == Protocol.Udp;
        _sequence = number;
        _sequenceStride = writers;
    }

    /// <summary>Bytes of the longest frame, and so of the packets that are handed in.</summary>
    internal int MaxSize => _maxSize;

    /// <summary>Fills a packet of <see cref="MaxSize"/> bytes and cuts it to the frame's size.</summary>
    /// <returns>The frame's size.</returns>
    internal int Write(Packet packet, long time)
    {
        FrameTemplate template = NextTemplate();
        int size = template.Size;
        if (size != _maxSize)
        {
            packet.TryTrimEnd(_maxSize - size);
        }

        Span<byte> frame = packet.Data;
        template.CopyTo(frame);
        if (_edits.Length != 0 || _stampAt != 0)
        {
            Edit(frame, template, time);
        }

        return size;
    }

    private FrameTemplate NextTemplate()
    {
        int step = _step;
        int next = step + 1;
        _step = next < _sizeOrder.Length ? next : 0;
        return _templates[_sizeOrder[step]];
    }

    private void Edit(Span<byte> frame, FrameTemplate template, long time)
    {
        ulong header = template.HeaderSum;
        ulong transport = template.TransportSum;
        uint flow = _flow;
        uint next = flow + _stride;
        _flow = next < _flows ? next : next - _flows;
        for (int i = 0; i < _edits.Length; i++)
        {
            uint step = _scatterBits == 0 ? flow : FlowPlan.Scatter(flow, _salts[i], _scatterBits);
            _edits[i].Apply(frame, step, ref header, ref transport);
        }

        if (_stampAt != 0)
        {
            transport += new Stamp(_tag, _sequence, time).Write(frame[_stampAt..]);
            _sequence += _sequenceStride;
        }

        if (_headerChecksumAt >= 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame[_headerChecksumAt..], FrameTemplate.Finish(header));
        }

        // A UDP checksum of zero says that there is none (RFC 768).
        ushort checksum = FrameTemplate.Finish(transport);
        BinaryPrimitives.WriteUInt16BigEndian(frame[_checksumAt..], checksum == 0 && _isUdp ? ushort.MaxValue : checksum);
    }
}
